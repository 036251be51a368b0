import { z } from "zod";
import type { Reserved } from "#server/domain/host/placement";
import { doctorCheckNames, noFacts, sampleSources, units, verdicts, type DoctorCheck, type DoctorFacts, type SampleRequest } from "#server/domain/doctor/types";

/** Parsers of the JSON columns of a trial. */

const call = z.object({ ms: z.number(), status: z.number().nullable() });
const facts = z.object({
  image: z.object({ reference: z.string(), sizeBytes: z.number(), ms: z.number(), wasThere: z.boolean() }).nullable(),
  storage: z.object({ bytes: z.number(), ms: z.number() }).nullable(),
  start: z.object({ ms: z.number(), liveMs: z.number().nullable(), readyMs: z.number().nullable() }).nullable(),
  memory: z.object({ limitMib: z.number(), peakBytes: z.number(), steadyBytes: z.number().nullable(), exceededMib: z.number().nullable() }).nullable(),
  sample: z.enum(sampleSources).nullable(),
  calls: z.object({ first: call, steady: z.array(call), answer: z.string() }).nullable(),
  swagger: z.object({ status: z.number().nullable(), version: z.string().nullable(), problem: z.string().nullable() }).nullable(),
  stop: z.object({ ms: z.number(), graceMs: z.number(), exitCode: z.number().nullable() }).nullable(),
  failure: z
    .object({ at: z.enum(["image", "storage", "start", "response"]), reason: z.string(), message: z.string(), hint: z.string(), lines: z.array(z.string()) })
    .nullable(),
});
/** A run that has just been asked for has seen nothing. */
export const readFacts = (value: unknown): DoctorFacts => facts.parse({ ...noFacts, ...(value as object) });

const checks = z.array(
  z.object({
    name: z.enum(doctorCheckNames),
    verdict: z.enum(verdicts).nullable(),
    message: z.string(),
    fix: z.string().nullable(),
    measurements: z.array(z.object({ name: z.string(), value: z.number(), unit: z.enum(units) })),
    lines: z.array(z.string()),
  }),
);
export const readChecks = (value: unknown): readonly DoctorCheck[] => checks.parse(value);

const sample = z.object({ source: z.enum(sampleSources), contentType: z.string(), body: z.string() });
export const readSample = (value: unknown): SampleRequest => sample.parse(value);

const container = z.object({
  dial: z.object({ address: z.string(), port: z.number() }).nullable(),
  run: z.object({ cpuCores: z.number(), memoryMib: z.number() }),
});
export interface ContainerColumn {
  /** Where it listens; null while it does not run. */
  readonly dial: { readonly address: string; readonly port: number } | null;
  /** What it holds of the host, from the moment that it is written. */
  readonly reserved: Reserved | null;
}
/** What everybody may know of the container on the host; the rest is the doctor's loop's. */
export function readContainerColumn(value: unknown): ContainerColumn {
  if (value === null) return { dial: null, reserved: null };
  const { dial, run } = container.parse(value);
  return { dial, reserved: run };
}
