"use client";
import Link from "next/link";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "./cn";

const itemStyle =
  "flex h-7 cursor-default items-center gap-2 rounded-sm px-2 text-base outline-none select-none data-[highlighted]:bg-hover data-[disabled]:text-faint [&_svg]:size-3.5 [&_svg]:text-muted";

/** A menu hung on one button. */
export function Dropdown({
  trigger,
  children,
  align = "end",
}: {
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly align?: "start" | "end";
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content align={align} sideOffset={4} collisionPadding={8} className="z-50 min-w-44 rounded-lg bg-raised p-1 shadow-raised animate-enter">
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface DropdownItemProps {
  readonly onSelect?: () => void;
  readonly href?: string;
  /** What `href` names is a file to save, no page. */
  readonly download?: boolean;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly children: ReactNode;
}

export function DropdownItem({ onSelect, href, download = false, danger = false, disabled = false, children }: DropdownItemProps) {
  const className = cn(itemStyle, danger && "text-bad [&_svg]:text-bad");
  if (href !== undefined) {
    return (
      <Radix.Item asChild disabled={disabled} className={className}>
        {download ? (
          <a href={href} download>
            {children}
          </a>
        ) : (
          <Link href={href}>{children}</Link>
        )}
      </Radix.Item>
    );
  }
  return (
    <Radix.Item className={className} disabled={disabled} {...(onSelect === undefined ? {} : { onSelect })}>
      {children}
    </Radix.Item>
  );
}

interface DropdownChoiceProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly choices: readonly { readonly value: string; readonly text: ReactNode }[];
}

/** One of several, the chosen one ticked. */
export function DropdownChoice({ value, onChange, choices }: DropdownChoiceProps) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange}>
      {choices.map((choice) => (
        <Radix.RadioItem key={choice.value} value={choice.value} className={cn(itemStyle, "data-[state=checked]:font-medium data-[state=checked]:text-accent")}>
          {choice.text}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function DropdownLabel({ children }: { readonly children: ReactNode }) {
  return <Radix.Label className="px-2 py-1 text-sm text-faint">{children}</Radix.Label>;
}

export function DropdownSeparator() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}
