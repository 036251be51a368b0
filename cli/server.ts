import { request, type Dispatcher } from "undici";
import { problemSchema } from "#server/contract/common";
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

/** GET of the management API, of which the body is still to be read; rejects with the server's own sentence. */
export async function getStream({ url, token }: ServerAddress, path: string): Promise<Dispatcher.ResponseData["body"]> {
  const answer = await request(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } }).catch((error: unknown) => {
    throw new CommandFailure(
      `${url} does not answer: ${error instanceof Error ? error.message : String(error)}.`,
      "Check SLUICE_URL, and that the product runs.",
    );
  });
  if (answer.statusCode < 300) return answer.body;
  const text = await answer.body.text();
  const problem = problemSchema.safeParse(text.startsWith("{") ? JSON.parse(text) : null);
  throw new CommandFailure(
    problem.success ? problem.data.error.message : `The server answered ${String(answer.statusCode)}.`,
    "Check the names, and that the token may read them.",
  );
}
