"use client";
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, IconButton } from "./button";

/** Copies a text; says so for a moment. With `text` it is a labelled button, without an icon. */
export function CopyButton({
  value,
  label,
  text,
  className,
}: {
  readonly value: string;
  readonly label: string;
  readonly text?: string;
  readonly className?: string;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    void navigator.clipboard.writeText(value).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  const icon = copied ? <Check className="text-ok" aria-hidden /> : <Copy aria-hidden />;
  const classes = className === undefined ? {} : { className };
  return (
    <>
      {text === undefined ? (
        <IconButton label={copied ? "Copied" : label} onClick={copy} {...classes}>
          {icon}
        </IconButton>
      ) : (
        <Button size="sm" aria-label={label} onClick={copy} {...classes}>
          {icon}
          {copied ? "Copied" : text}
        </Button>
      )}
      <span role="status" className="sr-only">
        {copied ? "Copied" : ""}
      </span>
    </>
  );
}
