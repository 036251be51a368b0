/** A failure that a person can mend: printed as one sentence with its remedy, without a stack. */
export class CommandFailure extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    /** Lines that show the failure, such as a traceback. */
    readonly lines: readonly string[] = [],
  ) {
    super(message);
    this.name = "CommandFailure";
  }
}
