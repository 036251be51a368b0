import { Button } from "#components/ui/button";
import type { TrafficStep } from "#server/domain/traffic/tenths";

const whole = [0, 1, 5, 10, 25, 50, 100] as const;
const fine = [0, 0.1, 0.5, 1, 5, 10, 25, 50, 100] as const;

interface PresetsProps {
  /** The deployment that they set: the last one, which is the newest and so the candidate. */
  readonly name: string;
  readonly step: TrafficStep;
  readonly onPick: (percent: number) => void;
}

/** Usual shares of the candidate, one press each. */
export function Presets({ name, step, onPick }: PresetsProps) {
  return (
    <div className="flex flex-wrap items-center gap-1 text-sm text-muted">
      <span>{name} to</span>
      {(step === 1 ? whole : fine).map((percent) => (
        <Button key={percent} size="sm" onClick={() => onPick(percent)}>
          {percent}
        </Button>
      ))}
    </div>
  );
}
