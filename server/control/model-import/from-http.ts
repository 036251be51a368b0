import { Agent, request } from "undici";
import { rootNameOf, type ImportSource } from "#server/domain/import/types";
import { TransientError } from "../runtime/outcome";
import { ImportFailure, type SourceListing } from "./failure";
import type { AddressGuard } from "./guard";

const maxRedirects = 5;
/** Silence of this length is a server that is gone. */
const silenceMs = 60_000;
const redirects: readonly number[] = [301, 302, 303, 307, 308];

const agentOf = (guard: AddressGuard): Agent =>
  new Agent({ connect: { lookup: guard.lookup, timeout: 20_000 }, headersTimeout: silenceMs, bodyTimeout: silenceMs, maxRedirections: 0 } as Agent.Options);

function requireAddress(text: string, guard: AddressGuard): URL {
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new ImportFailure("AddressRefused", `The address leads to ${url.protocol}, which is not fetched.`, "Use an http:// or https:// address.");
  guard.requireHost(url.hostname);
  return url;
}

/** The cause that we gave a failing connection, or what may pass by itself. */
function networkFailure(error: unknown, host: string): unknown {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof ImportFailure) return at;
  return new TransientError(`${host} does not answer: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

function judge(status: number, host: string): void {
  if (status === 429 || status >= 500) throw new TransientError(`${host} answers with status ${String(status)}`);
  if (status === 401 || status === 403)
    throw new ImportFailure(
      "AccessDenied",
      `${host} refuses with status ${String(status)}.`,
      "Use an address that needs no sign-in, such as one with a signature.",
    );
  if (status !== 200)
    throw new ImportFailure("NotFound", `${host} answers with status ${String(status)}.`, "Open the address in a browser; is it the file itself?");
}

/** Follows redirects one by one, so that none leads where the guard forbids. */
async function fetchFollowing(agent: Agent, address: string, guard: AddressGuard, signal: AbortSignal) {
  let url = requireAddress(address, guard);
  for (let hops = 0; hops <= maxRedirects; hops += 1) {
    const { host } = url;
    const answer = await request(url, { dispatcher: agent, signal, headers: { "accept-encoding": "identity" } }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw networkFailure(error, host);
    });
    const { location } = answer.headers;
    if (redirects.includes(answer.statusCode) && typeof location === "string") {
      await answer.body.dump();
      url = requireAddress(new URL(location, url).href, guard);
      continue;
    }
    judge(answer.statusCode, host);
    return { host, sizeBytes: Number(answer.headers["content-length"] ?? Number.NaN), body: answer.body };
  }
  throw new ImportFailure("NotFound", `The address leads on more than ${String(maxRedirects)} times.`, "Use the address of the file itself.");
}

async function* reading(host: string, body: AsyncIterable<Uint8Array>, agent: Agent, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of body) yield piece;
  } catch (error) {
    signal.throwIfAborted();
    throw networkFailure(error, host);
  } finally {
    await agent.destroy();
  }
}

/** The one file behind an address. */
export async function listHttp(source: Extract<ImportSource, { kind: "http" }>, guard: AddressGuard, signal: AbortSignal): Promise<SourceListing> {
  const agent = agentOf(guard);
  try {
    const { host, sizeBytes, body } = await fetchFollowing(agent, source.url, guard, signal);
    const open = () => Promise.resolve(reading(host, body, agent, signal));
    return { isFile: true, files: [{ path: rootNameOf(source), sizeBytes: Number.isFinite(sizeBytes) ? sizeBytes : null, open }] };
  } catch (error) {
    await agent.destroy();
    throw error;
  }
}
