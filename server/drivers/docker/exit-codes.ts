/** Ends by SIGKILL and SIGTERM as shells and the engine's init report them: somebody ended the program, it did not end by itself. */
const killedCodes: ReadonlySet<number> = new Set([137, 143]);

export const isKilled = (exitCode: number): boolean => killedCodes.has(exitCode);
