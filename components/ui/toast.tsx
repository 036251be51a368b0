"use client";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { IconButton } from "./button";

export interface ToastMessage {
  readonly tone?: "ok" | "bad";
  readonly text: string;
  readonly detail?: string;
  readonly action?: { readonly text: string; readonly run: () => void };
}

interface Shown extends ToastMessage {
  readonly id: number;
}

const ToastContext = createContext<(message: ToastMessage) => void>(() => undefined);

/** The function that shows a short message in the corner. */
export function useToast(): (message: ToastMessage) => void {
  return use(ToastContext);
}

// Failures stay until they are closed: they carry what to do next.
const shownForMs = 6000;

function Toast({ message, close }: { readonly message: Shown; readonly close: () => void }) {
  const bad = message.tone === "bad";
  useEffect(() => {
    if (bad) return;
    const timer = setTimeout(close, shownForMs);
    return () => clearTimeout(timer);
  }, [bad, close]);
  return (
    <div className="pointer-events-auto flex w-80 max-w-[calc(100vw-32px)] items-start gap-2 rounded-lg bg-raised py-2 pr-1.5 pl-3 shadow-raised animate-enter">
      {bad ? <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" /> : <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />}
      <div className="min-w-0 flex-1">
        <p className="font-medium">{message.text}</p>
        {message.detail === undefined ? null : <p className="break-words text-muted">{message.detail}</p>}
        {message.action === undefined ? null : (
          <button
            type="button"
            className="mt-1 font-medium text-accent hover:underline"
            onClick={() => {
              message.action?.run();
              close();
            }}
          >
            {message.action.text}
          </button>
        )}
      </div>
      <IconButton label="Dismiss" onClick={close} className="-mt-1">
        <X />
      </IconButton>
    </div>
  );
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [messages, setMessages] = useState<readonly Shown[]>([]);
  const next = useRef(0);
  const show = useCallback((message: ToastMessage) => {
    next.current += 1;
    const id = next.current;
    setMessages((before) => [...before.slice(-3), { ...message, id }]);
  }, []);
  const closers = useMemo(() => new Map(messages.map(({ id }) => [id, () => setMessages((before) => before.filter((item) => item.id !== id))])), [messages]);
  return (
    <ToastContext value={show}>
      {children}
      <div role="status" aria-live="polite" className="pointer-events-none fixed right-4 bottom-4 z-60 flex flex-col gap-2">
        {messages.map((message) => (
          <Toast key={message.id} message={message} close={closers.get(message.id) ?? (() => undefined)} />
        ))}
      </div>
    </ToastContext>
  );
}
