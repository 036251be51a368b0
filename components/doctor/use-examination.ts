"use client";
import { useEffect, useRef, useState } from "react";
import { cancelDoctorRunAction } from "#server/actions/doctor";
import type { ActionResult } from "#server/contract/common";
import type { DoctorRunDto } from "#server/contract/doctor";
import type { ApiError } from "../queries/fetcher";
import { useAction } from "../queries/use-action";
import { useDoctorRun } from "../queries/use-doctor-run";

export interface Examination {
  readonly wanted: boolean;
  readonly setWanted: (wanted: boolean) => void;
  readonly run: DoctorRunDto | undefined;
  readonly error: ApiError | null;
  readonly starting: boolean;
  /** Whether a press of the button begins the trial instead of creating. */
  readonly comesFirst: boolean;
  readonly submitLabel: string;
  readonly start: () => void;
  /** The wish changes: what was found is of something else. */
  readonly forget: () => void;
}

/** A trial before creating: started by the wizard's button, and followed by the creation itself when nothing failed. */
export function useExamination(begin: () => Promise<ActionResult<DoctorRunDto>>, create: () => void): Examination {
  const [wanted, setWanted] = useState(true);
  const [id, setId] = useState<string | null>(null);
  const begun = useAction(begin, { onSuccess: (run) => setId(run.id) });
  const cancel = useAction(cancelDoctorRunAction);
  const data = useDoctorRun(id).data;
  const run = id === null ? undefined : data;
  const created = useRef<string | null>(null);
  const isGood = wanted && run?.state === "Finished" && run.verdict !== "failed";
  useEffect(() => {
    if (!isGood || created.current === run.id) return;
    created.current = run.id;
    create();
  }, [isGood, run, create]);
  const comesFirst = wanted && id === null;
  const running = wanted && id !== null && run?.state !== "Finished" && run?.state !== "Canceled";
  return {
    wanted,
    setWanted,
    run,
    error: begun.error,
    starting: begun.isPending,
    comesFirst,
    submitLabel: running ? "Create without waiting" : run?.verdict === "failed" && wanted ? "Create anyway" : "Create deployment",
    start: () => begun.mutate(undefined),
    forget: () => {
      if (id !== null && running) cancel.mutate({ id });
      setId(null);
    },
  };
}
