import { problemSchema, type Problem } from "#server/contract/common";

/** A refused or failed call, in the words of the management API. */
export class ApiError extends Error {
  readonly problem: Problem["error"];
  readonly status: number;

  constructor(problem: Problem["error"], status: number) {
    super(problem.message);
    this.name = "ApiError";
    this.problem = problem;
    this.status = status;
  }
}

function unavailable(message: string): Problem["error"] {
  return { kind: "unavailable", code: "studio.unreachable", message, fields: [], requestId: "" };
}

async function problemOf(response: Response): Promise<Problem["error"]> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => null));
  return parsed.success ? parsed.data.error : unavailable(`The studio answered ${response.status}.`);
}

export type QueryParams = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** `/api/v1` + path + query string; empty values are left out. */
export function apiUrl(path: string, params: QueryParams = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const query = search.toString();
  return `/api/v1${path}${query === "" ? "" : `?${query}`}`;
}

/** Reads JSON from the management API; throws `ApiError` with the API's own words. The answer's shape is the contract's. */
export async function apiGet<T>(path: string, params: QueryParams = {}, signal?: AbortSignal): Promise<T> {
  const response = await fetch(apiUrl(path, params), { headers: { accept: "application/json" }, ...(signal === undefined ? {} : { signal }) }).catch(
    (cause: unknown) => {
      if (signal?.aborted === true) throw cause;
      throw new ApiError(unavailable("The studio cannot be reached."), 0);
    },
  );
  if (!response.ok) throw new ApiError(await problemOf(response), response.status);
  return (await response.json()) as T;
}

/** What to show for anything that was thrown. */
export function toProblem(error: unknown): Problem["error"] {
  if (error instanceof ApiError) return error.problem;
  return { kind: "internal", code: "internal", message: "Something went wrong in the studio.", fields: [], requestId: "" };
}
