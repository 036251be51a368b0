import { z } from "zod";

/** How a simulated container behaves. Read from the variable `SLUICE_SIM` of its environment (JSON), then overridden by the world's script. */
const behaviourSchema = z.object({
  /** From start to the first successful health answer, by the world's clock. */
  readyAfterMs: z.number().nonnegative().default(0),
  neverReady: z.boolean().default(false),
  /** Ends by itself this long after its start. */
  exitAfterMs: z.number().nonnegative().nullable().default(null),
  exitCode: z.number().int().default(0),
  /** The end at `exitAfterMs` is the kernel's: exit code 137 and the out-of-memory mark. */
  outOfMemory: z.boolean().default(false),
  /** The engine refuses to start it, with this word. */
  startError: z.string().nullable().default(null),
  /** Ignores the request to end until it is killed. */
  ignoreStop: z.boolean().default(false),
  /** Added to every answer, real milliseconds. */
  delayMs: z.number().nonnegative().default(0),
  /** Status of every scoring answer. */
  status: z.number().int().min(200).max(599).default(200),
  /** Writes who it runs as and how large its shared memory is. */
  describe: z.boolean().default(false),
  /** What it holds from its start on. More than its limit, and the kernel ends it at once. Null: two fifths of the limit. */
  memoryMib: z.number().positive().nullable().default(null),
  /** Written at the start, standard error when it begins with `!`. */
  logs: z.array(z.string()).default([]),
});
export type SimBehaviour = z.output<typeof behaviourSchema>;
export type SimBehaviourInput = z.input<typeof behaviourSchema>;

export const behaviourVariable = "SLUICE_SIM";

/** Merges the container's own wish with the world's script; nonsense in the variable counts as absent. */
export function behaviourOf(environment: Readonly<Record<string, string>>, script: SimBehaviourInput): SimBehaviour {
  let own: object = {};
  try {
    own = JSON.parse(environment[behaviourVariable] ?? "{}") as object;
  } catch {
    own = {};
  }
  const parsed = behaviourSchema.safeParse({ ...own, ...script });
  return parsed.success ? parsed.data : behaviourSchema.parse(script);
}
