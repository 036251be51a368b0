import { cva, type VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn";

const styles = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors select-none disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary: "bg-accent text-accent-fg hover:bg-accent-strong",
        secondary: "border border-line-strong bg-surface text-text shadow-control hover:bg-hover",
        ghost: "text-muted hover:bg-hover hover:text-text",
        danger: "border border-line-strong bg-surface text-bad shadow-control hover:bg-bad-soft",
        destructive: "bg-[light-dark(#bd2626,#b42a2a)] text-white hover:bg-[light-dark(#9f1d1d,#9b2323)]",
        link: "h-auto px-0 text-accent underline-offset-2 hover:underline",
      },
      size: { sm: "h-7 px-2 text-sm", md: "h-8 px-3 text-base", lg: "h-9 px-4 text-base" },
      icon: { true: "px-0", false: "" },
    },
    compoundVariants: [
      { icon: true, size: "sm", class: "w-7" },
      { icon: true, size: "md", class: "w-8" },
      { variant: "link", class: "h-auto px-0" },
    ],
    defaultVariants: { variant: "secondary", size: "md", icon: false },
  },
);

export interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof styles> {
  /** Renders the one child (a link) with the button's look. */
  readonly asChild?: boolean;
  /** Shows that the press is being answered and refuses another one. */
  readonly busy?: boolean;
}

const swallow = (event: { preventDefault(): void }): void => event.preventDefault();

export function Button({ asChild = false, busy = false, variant, size, icon, className, children, type, disabled, ...rest }: ButtonProps) {
  // The turning circle takes the place of the button's own icon.
  const classes = cn(styles({ variant, size, icon }), busy && "[&_svg:not(.animate-spin)]:hidden", className);
  if (asChild)
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  return (
    // Busy is told and not set as disabled: a disabled button loses the keyboard, which then stands nowhere once the answer is there.
    <button
      type={type ?? "button"}
      className={classes}
      disabled={disabled === true}
      {...rest}
      {...(busy ? { "aria-busy": true, "aria-disabled": true, onClick: swallow } : {})}
    >
      {busy ? <LoaderCircle className="animate-spin" aria-hidden /> : null}
      {children}
    </button>
  );
}

/** A square button with an icon; the label is its accessible name and its tooltip of last resort. */
export function IconButton({ label, ...rest }: Omit<ButtonProps, "aria-label" | "asChild"> & { readonly label: string }) {
  return <Button variant="ghost" size="sm" icon aria-label={label} title={label} {...rest} />;
}
