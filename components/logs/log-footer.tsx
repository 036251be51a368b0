import { formatCount } from "../ui/format";
import type { LogWindow } from "./prepare/history";
import { dateTime } from "./prepare/line";

/** What of the log is in the view: how many lines, since when, and whether there is more at either end. */
export function LogFooter({ window, shown, reading }: { readonly window: LogWindow; readonly shown: number; readonly reading: boolean }) {
  const first = window.lines[0];
  if (first === undefined) return <p className="h-5 text-sm text-faint">&nbsp;</p>;
  const start = window.older === null ? "the oldest line that is kept" : reading ? "reading older lines…" : "scroll up for older lines";
  return (
    <p className="flex min-h-5 flex-wrap justify-between gap-x-3 text-sm text-faint tabular-nums">
      <span>
        from {dateTime(first.at)} · {start}
      </span>
      <span>
        {shown === window.read ? "" : `${formatCount(shown)} shown of `}
        {formatCount(window.read)} lines read{window.atEnd ? "" : " · newer lines follow"}
      </span>
    </p>
  );
}
