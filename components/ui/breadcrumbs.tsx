import Link from "next/link";
import { Fragment } from "react";

export interface Crumb {
  readonly text: string;
  readonly href?: string;
}

export function Breadcrumbs({ crumbs }: { readonly crumbs: readonly Crumb[] }) {
  return (
    <nav aria-label="Breadcrumbs" className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1.5 text-base">
        {crumbs.map((crumb, index) => {
          const last = index === crumbs.length - 1;
          return (
            <Fragment key={`${crumb.text}-${index}`}>
              {index > 0 ? (
                <li aria-hidden className="text-line-strong max-sm:hidden">
                  /
                </li>
              ) : null}
              <li className={last ? "min-w-0 truncate" : "min-w-0 truncate max-sm:hidden"}>
                {last || crumb.href === undefined ? (
                  <span aria-current={last ? "page" : undefined} className={last ? "font-medium" : "text-muted"}>
                    {crumb.text}
                  </span>
                ) : (
                  <Link href={crumb.href} className="text-muted hover:text-text">
                    {crumb.text}
                  </Link>
                )}
              </li>
            </Fragment>
          );
        })}
      </ol>
    </nav>
  );
}
