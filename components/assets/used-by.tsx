import Link from "next/link";
import { cn } from "../ui/cn";

interface Use {
  readonly endpoint: string;
  readonly deployment: string;
}

const mostShown = 3;

function Uses({ uses }: { readonly uses: readonly (Use & { readonly generation?: number })[] }) {
  const shown = uses.slice(0, mostShown);
  return (
    <>
      {shown.map((use, index) => (
        <span key={`${use.endpoint}/${use.deployment}`}>
          {index > 0 ? ", " : ""}
          {/* Among other words a link is told by more than its colour. */}
          <Link
            className={cn("text-accent hover:underline", use.generation !== undefined && "underline underline-offset-2")}
            href={`/endpoints/${use.endpoint}/deployments/${use.deployment}`}
          >
            {use.endpoint}/{use.deployment}
          </Link>
          {use.generation === undefined ? null : <span className="text-faint"> (generation {use.generation})</span>}
        </span>
      ))}
      {uses.length > shown.length ? <span className="text-faint"> and {uses.length - shown.length} more</span> : null}
    </>
  );
}

interface UsedByProps {
  readonly usedBy: readonly Use[];
  /** Deployments that were made of it in an earlier revision. */
  readonly usedBefore?: readonly (Use & { readonly generation: number })[];
}

/** Deployments that use something, as links. */
export function UsedBy({ usedBy, usedBefore = [] }: UsedByProps) {
  return (
    <span>
      {usedBy.length === 0 ? <span className="text-faint">not used{usedBefore.length === 0 ? "" : " now"}</span> : <Uses uses={usedBy} />}
      {usedBefore.length === 0 ? null : (
        <span className="block">
          <span className="text-muted">before: </span>
          <Uses uses={usedBefore} />
        </span>
      )}
    </span>
  );
}
