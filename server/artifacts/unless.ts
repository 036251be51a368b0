/** For `catch`: null for errors of that code of the file system, the others are thrown on. */
export const unless =
  (...codes: readonly string[]) =>
  (error: unknown): null => {
    if (error instanceof Error && "code" in error && codes.includes(String(error.code))) return null;
    throw error;
  };
