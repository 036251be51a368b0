import { SluiceError } from "#server/domain/errors";

/** The code with which an operation was refused, "ok" when it was not, and what else was thrown as a text that no code looks like. */
export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "ok",
    (error: unknown) => (error instanceof SluiceError ? error.code : `not ours: ${String(error)}`),
  );
