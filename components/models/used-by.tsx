import Link from "next/link";

/** Deployments that use something, as links. */
export function UsedBy({ usedBy }: { readonly usedBy: readonly { readonly endpoint: string; readonly deployment: string }[] }) {
  if (usedBy.length === 0) return <span className="text-faint">not used</span>;
  const shown = usedBy.slice(0, 3);
  return (
    <span>
      {shown.map((use, index) => (
        <span key={`${use.endpoint}/${use.deployment}`}>
          {index > 0 ? ", " : ""}
          <Link className="text-accent hover:underline" href={`/endpoints/${use.endpoint}/deployments/${use.deployment}`}>
            {use.endpoint}/{use.deployment}
          </Link>
        </span>
      ))}
      {usedBy.length > shown.length ? <span className="text-faint"> and {usedBy.length - shown.length} more</span> : null}
    </span>
  );
}
