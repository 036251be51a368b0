"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useState, type ReactNode } from "react";
import { Button, IconButton } from "./button";
import { cn } from "./cn";
import { Field } from "./field";
import { Input } from "./input";

interface DialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  readonly footer?: ReactNode;
  readonly className?: string;
}

/** A modal window with a title, a sentence, a body and a row of actions. */
export function Dialog({ open, onOpenChange, title, description, children, footer, className }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[light-dark(rgb(15_23_30/35%),rgb(0_0_0/60%))]" />
        <Radix.Content
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
          className={cn(
            "fixed top-[10vh] left-1/2 z-50 flex max-h-[80vh] w-[calc(100vw-32px)] max-w-120 -translate-x-1/2 flex-col rounded-lg bg-raised shadow-raised animate-enter focus:outline-none",
            className,
          )}
        >
          <div className="flex items-start justify-between gap-3 px-4 pt-3.5 pb-2">
            <Radix.Title className="text-md font-semibold">{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close" className="-mt-1 -mr-1.5">
                <X />
              </IconButton>
            </Radix.Close>
          </div>
          <div className="scroll-thin flex min-h-0 flex-col gap-3 overflow-y-auto px-4 pb-4">
            {description === undefined ? null : (
              <Radix.Description asChild>
                <div className="text-muted">{description}</div>
              </Radix.Description>
            )}
            {children}
          </div>
          {footer === undefined ? null : <div className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">{footer}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  /** What will be lost, in full sentences. */
  readonly consequence: ReactNode;
  readonly confirmLabel: string;
  /** When given, this name has to be typed first. */
  readonly typeName?: string;
  /** Of the confirming button; nothing is lost by a `primary` one. */
  readonly variant?: "destructive" | "primary";
  readonly busy?: boolean;
  readonly error?: ReactNode;
  readonly onConfirm: (typed: string) => void;
}

/** Asks before something destructive: says what is lost and, for things with a name, wants the name typed. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  consequence,
  confirmLabel,
  typeName,
  variant = "destructive",
  busy = false,
  error,
  onConfirm,
}: ConfirmDialogProps) {
  const [typed, setTyped] = useState("");
  const matches = typeName === undefined || typed === typeName;
  const change = (next: boolean) => {
    setTyped("");
    onOpenChange(next);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={title}
      description={consequence}
      footer={
        <>
          <Button onClick={() => change(false)}>Cancel</Button>
          <Button variant={variant} type="submit" form="confirm-dialog" disabled={!matches} busy={busy}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <form
        id="confirm-dialog"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (matches && !busy) onConfirm(typed);
        }}
      >
        {typeName === undefined ? null : (
          <Field
            label={
              <>
                Type <code className="font-semibold">{typeName}</code> to confirm
              </>
            }
          >
            {(control) => (
              <Input {...control} value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" spellCheck={false} className="mono" />
            )}
          </Field>
        )}
        {error}
      </form>
    </Dialog>
  );
}
