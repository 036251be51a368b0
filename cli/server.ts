import { request, type Dispatcher } from "undici";
import { problemSchema, type Problem } from "#server/contract/common";
import { CommandFailure } from "./project/failure";

export interface ServerAddress {
  /** The studio's address. */
  readonly url: string;
  /** A personal access token. */
  readonly token: string;
}

export function serverAddress(url: string | undefined, token: string | undefined): ServerAddress {
  if (url === undefined || token === undefined)
    throw new CommandFailure("The server is not known.", "Set SLUICE_URL to the studio's address and SLUICE_TOKEN to a token from its Settings page.");
  return { url: url.replace(/\/+$/, ""), token };
}

/** The server did not answer, or could not: asking again may help, unlike with a refusal. */
export class ServerUnavailable extends CommandFailure {}

/** A proxy in front of the studio may answer with a page of its own. */
function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isPassing = (status: number): boolean => status >= 500 || status === 429;

/** GET of the management API, of which the body is still to be read; rejects with the server's own sentence. */
export const getStream = (address: ServerAddress, path: string, signal?: AbortSignal): Promise<Dispatcher.ResponseData["body"]> =>
  ask(address, "GET", path, signal);

/** POST to the management API, with a JSON body where there is one; rejects with the server's own sentence. */
export async function postJson(address: ServerAddress, path: string, body?: object): Promise<unknown> {
  return (await ask(address, "POST", path, undefined, body)).json();
}

/** PUT of a JSON body to the management API; rejects with the server's own sentence. */
export async function putJson(address: ServerAddress, path: string, body: object): Promise<unknown> {
  return (await ask(address, "PUT", path, undefined, body)).json();
}

/** DELETE to the management API; rejects with the server's own sentence. */
export async function deleteJson(address: ServerAddress, path: string): Promise<unknown> {
  return (await ask(address, "DELETE", path)).json();
}

/** What to do about a refusal: what the server says of each field that it refused, each remedy once. */
function remedyOf(problem: Problem | undefined): string {
  const remedies = new Set(problem?.error.fields.flatMap(({ remedy }) => (remedy === undefined ? [] : [remedy])));
  return remedies.size === 0 ? "Check the names, and that the token may do this." : [...remedies].join(" ");
}

async function ask(
  { url, token }: ServerAddress,
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  signal?: AbortSignal,
  body?: object,
): Promise<Dispatcher.ResponseData["body"]> {
  const content = body === undefined ? {} : { "content-type": "application/json" };
  const options = {
    method,
    headers: { authorization: `Bearer ${token}`, ...content },
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const answer = await request(`${url}/api/v1${path}`, options).catch((error: unknown) => {
    throw new ServerUnavailable(
      `${url} does not answer: ${error instanceof Error ? error.message : String(error)}.`,
      "Check SLUICE_URL, and that the product runs.",
    );
  });
  if (answer.statusCode < 300) return answer.body;
  const text = await answer.body.text().catch(() => "");
  const problem = problemSchema.safeParse(jsonOrNull(text));
  const Failure = isPassing(answer.statusCode) ? ServerUnavailable : CommandFailure;
  throw new Failure(
    problem.success ? problem.data.error.message : `The server answered ${String(answer.statusCode)}.`,
    Failure === ServerUnavailable ? "Try again, and check that the product runs." : remedyOf(problem.data),
  );
}

/** GET of a JSON answer, unparsed; one that breaks off counts as none. */
export async function getJson(address: ServerAddress, path: string, signal: AbortSignal): Promise<unknown> {
  const body = await getStream(address, path, signal);
  return body.json().catch((error: unknown) => {
    throw new ServerUnavailable(
      `The answer of ${address.url} broke off: ${error instanceof Error ? error.message : String(error)}.`,
      "Try again, and check that the product runs.",
    );
  });
}
