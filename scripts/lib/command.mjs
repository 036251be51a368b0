// How a command of package.json ends.

/** Runs a command to its end: what it answers is the exit code (none: 0); an error is its message without a stack, and exit code 1. */
export function command(main) {
  main().then(
    (code) => process.exit(code ?? process.exitCode ?? 0),
    (error) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
}
