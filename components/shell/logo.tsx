/** The mark: two lanes of water. */
export function Logo({ className }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className}>
      <rect width="32" height="32" rx="7" className="fill-accent" />
      <path
        d="M7 11.500c3 0 3 2.500 6 2.500s3-2.500 6-2.500 3 2.500 6 2.500M7 18.500c3 0 3 2.500 6 2.500s3-2.500 6-2.500 3 2.500 6 2.500"
        fill="none"
        className="stroke-accent-fg"
        strokeWidth="2.400"
        strokeLinecap="round"
      />
    </svg>
  );
}
