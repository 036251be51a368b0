import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import type { Split } from "./prepare/editor";
import { splitText } from "./prepare/review";

interface ConflictNoticeProps {
  readonly mine: Split;
  readonly theirs: Split;
  readonly onKeepMine: () => void;
  readonly onTakeTheirs: () => void;
}

/** Somebody else changed the split while this edit was open: both are shown, nothing is overwritten without a choice. */
export function ConflictNotice({ mine, theirs, onKeepMine, onTakeTheirs }: ConflictNoticeProps) {
  return (
    <Callout tone="warn" title="Somebody else changed the split meanwhile">
      <p>
        In force now: {splitText(theirs)}. Your edit: {splitText(mine)}.
      </p>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button onClick={onTakeTheirs}>Take theirs</Button>
        <Button onClick={onKeepMine}>Keep my edit on top</Button>
      </div>
    </Callout>
  );
}
