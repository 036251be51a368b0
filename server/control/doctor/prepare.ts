import type { StagedVolume } from "#server/domain/deployment/run-spec";
import type { FailedStep } from "#server/domain/deployment/status";
import type { DoctorFailure } from "#server/domain/doctor/types";
import { isUniqueViolation } from "#server/store/client";
import { write } from "../context";
import { buildFact } from "../deployment/image-step";
import { trialSlots, trialSubnet } from "../deployment/network-step";
import { chooseImage } from "../deployment/pin-step";
import { stageVolumes } from "../deployment/stage-step";
import { after, type Outcome } from "../runtime/outcome";
import { freezeContainer } from "./container";
import { giveUp, note, proceed, type Trial } from "./trial";

/** Builds tell deployments that they ended, and nobody else. */
const lookAgainMs = 1000;

const failureOf = (at: DoctorFailure["at"], { reason, message, hint, lines }: FailedStep): DoctorFailure => ({ at, reason, message, hint, lines: lines ?? [] });

/** Waits until the image that a deployment would get is on the host. */
export async function awaitImage(trial: Trial): Promise<Outcome> {
  const { context, pass, row, inputs } = trial;
  const choice = await chooseImage({ context, pass, environment: inputs.environment });
  if (!choice.ok) return giveUp(trial, { at: "image", ...choice.cause, lines: [] });
  const { fact, image } = await buildFact(context, choice.build);
  if (fact.state === "failed") return giveUp(trial, failureOf("image", fact));
  if (image === null) return after(lookAgainMs, "the image is not ready");
  const { finishedAt, sizeBytes } = choice.build;
  const wasThere = finishedAt !== null && finishedAt < row.phaseAt;
  const size = (await context.driver.findImage(image))?.sizeBytes ?? sizeBytes ?? 0;
  const seen = { reference: image, sizeBytes: size, ms: wasThere ? 0 : context.clock.now() - row.phaseAt, wasThere };
  return proceed(trial, "storage", { ...row.facts, image: seen });
}

/** One of the networks for trials, or null while all are in use. Written before anything is made. */
async function takeSlot({ context, row }: Trial): Promise<number | null> {
  if (row.slot !== null) return row.slot;
  const held = (await context.store.doctorRuns.listLive()).map((other) => other.slot);
  const slot = Array.from({ length: trialSlots }, (_, index) => index).find((index) => !held.includes(index));
  if (slot === undefined) return null;
  try {
    await write(context, (session) => session.doctorRuns.update(row.id, { slot }));
    return slot;
  } catch (error) {
    // Another run took it at this moment.
    if (isUniqueViolation(error)) return null;
    throw error;
  }
}

const bytesOf = (volumes: readonly StagedVolume[]): number =>
  volumes.flatMap((volume) => volume.items.flatMap((item) => item.files)).reduce((sum, file) => sum + file.sizeBytes, 0);

/** Network and volumes of the run's own, then the container's frozen row. */
export async function prepareHost(trial: Trial): Promise<Outcome> {
  const { context, pass, row, inputs } = trial;
  const slot = await takeSlot(trial);
  if (slot === null) return after(lookAgainMs, "other trials run");
  const subnet = trialSubnet(context, slot);
  await context.driver.ensureNetwork({ deploymentId: row.id, subnet: subnet.cidr, gateway: subnet.gateway });
  const startedAt = context.clock.now();
  const { fact, mounts } = await stageVolumes(context, pass, row.id, inputs);
  if (fact.state === "failed") return giveUp(trial, failureOf("storage", fact));
  // Only the first pass copies anything; those that wait for room find it there.
  const facts = { ...row.facts, storage: row.facts.storage ?? { bytes: bytesOf(inputs.volumes), ms: context.clock.now() - startedAt } };
  const frozen = await freezeContainer(trial, subnet, mounts ?? []);
  if (frozen.kind === "waits") {
    if (row.facts.storage === null) await note(trial, facts);
    return after(lookAgainMs, "other trials hold the room");
  }
  if (frozen.kind === "refused") return giveUp({ ...trial, row: { ...row, facts } }, { at: "start", ...frozen.cause, lines: [] });
  return proceed(trial, "start", facts, { container: frozen.container });
}
