import { z } from "zod";
import type { InstanceRunSpec } from "#server/drivers/compute-driver";
import type { DoctorRunRow } from "#server/store/doctor-runs";
import { runSpecColumn } from "../instance/run-spec-column";

const schema = z.object({
  run: runSpecColumn,
  /** Began with the first wish for it. */
  askedAt: z.number(),
  startedAt: z.number().nullable(),
  /** The instance type's memory, once it was too little and this one has more. */
  exceededMib: z.number().nullable(),
  /** Where it really listens, once it runs. */
  dial: z.object({ address: z.string(), port: z.number().int() }).nullable(),
});

/** What a trial has on the host, frozen in its row before it is made. */
export type TrialContainer = Omit<z.infer<typeof schema>, "run"> & { readonly run: InstanceRunSpec };

export const readContainer = (row: Pick<DoctorRunRow, "container">): TrialContainer | null => (row.container === null ? null : schema.parse(row.container));
