"use client";
import { Dialog } from "#components/ui/dialog";
import { Calls } from "./calls";

/** The newest calls with one key, refused ones too. */
export function KeyCalls({ endpoint, name, onClose }: { readonly endpoint: string; readonly name: string; readonly onClose: () => void }) {
  return (
    <Dialog open onOpenChange={onClose} title={`Newest calls of ${name}`} description="Rows appear some seconds after the call." className="max-w-180">
      <Calls endpoint={endpoint} keyName={name} label={`Calls of ${name}`} empty="Nobody has called with this key yet." />
    </Dialog>
  );
}
