import { Ban, Check, CircleAlert, CircleDashed, CirclePause, LoaderCircle, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";

export type Tone = "ok" | "warn" | "bad" | "idle" | "accent";

const tones: Record<Tone, string> = {
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  idle: "bg-idle-soft text-idle",
  accent: "bg-accent-soft text-accent",
};

/** A word on a tinted ground. */
export function Badge({ tone = "idle", className, children }: { readonly tone?: Tone; readonly className?: string; readonly children: ReactNode }) {
  return (
    <span
      className={cn(
        "inline-flex h-5 shrink-0 items-center gap-1 rounded-sm px-1.5 text-xs font-medium whitespace-nowrap [&_svg]:size-3 [&_svg]:shrink-0",
        tones[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}

const states: Record<string, { readonly tone: Tone; readonly icon: typeof Check; readonly word?: string; readonly spin?: boolean }> = {
  Succeeded: { tone: "ok", icon: Check, word: "Ready" },
  Ready: { tone: "ok", icon: Check },
  Running: { tone: "ok", icon: Check },
  True: { tone: "ok", icon: Check },
  Creating: { tone: "warn", icon: LoaderCircle, spin: true },
  Updating: { tone: "warn", icon: LoaderCircle, spin: true },
  Deleting: { tone: "warn", icon: LoaderCircle, spin: true },
  Building: { tone: "warn", icon: LoaderCircle, spin: true },
  Starting: { tone: "warn", icon: LoaderCircle, spin: true },
  Staging: { tone: "warn", icon: LoaderCircle, spin: true },
  Pulling: { tone: "warn", icon: LoaderCircle, spin: true },
  Draining: { tone: "warn", icon: LoaderCircle, spin: true },
  Pending: { tone: "warn", icon: CircleDashed },
  Assigned: { tone: "warn", icon: CircleDashed },
  Queued: { tone: "warn", icon: CircleDashed },
  "Not ready": { tone: "warn", icon: TriangleAlert },
  Degraded: { tone: "warn", icon: TriangleAlert },
  Failed: { tone: "bad", icon: CircleAlert },
  False: { tone: "bad", icon: CircleAlert },
  Rejected: { tone: "bad", icon: Ban },
  Orphaned: { tone: "bad", icon: CircleAlert },
  Unreachable: { tone: "bad", icon: CircleAlert },
  Canceled: { tone: "idle", icon: Ban },
  Stopped: { tone: "idle", icon: CirclePause },
  Unknown: { tone: "idle", icon: CircleDashed },
};

/** A state by its own word, with the icon and colour that the word means everywhere. */
export function StateBadge({ state, word, className }: { readonly state: string; readonly word?: string; readonly className?: string }) {
  const look = states[state] ?? { tone: "idle" as const, icon: CircleDashed };
  const Icon = look.icon;
  return (
    <Badge tone={look.tone} {...(className === undefined ? {} : { className })}>
      <Icon aria-hidden className={look.spin === true ? "animate-spin" : undefined} />
      {word ?? look.word ?? state}
    </Badge>
  );
}

/** The square that stands for a deployment's colour wherever the deployment is named. */
export function DeployDot({ color, className }: { readonly color: number; readonly className?: string }) {
  return <span aria-hidden className={cn("inline-block size-2.5 shrink-0 rounded-xs", className)} style={{ background: `var(--deploy-${color})` }} />;
}
