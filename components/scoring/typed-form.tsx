"use client";
import { Plus, Trash2 } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { parseExactly, writeExactly } from "./exact-json";
import { blankBody, fitsForm, rowsOf, withRows, withValue } from "./form-body";
import type { FormShape } from "./form-shape";
import { refusalAt, type Refusal } from "./refusal";
import { valueAt, type Json } from "./swagger-input";
import { TypedField } from "./typed-field";

/** A form with more rows is no help; the others are in the JSON all the same. */
const maxRows = 20;
const grid = "grid grid-cols-[repeat(auto-fill,minmax(8.5rem,1fr))] gap-3";

interface RowsProps {
  readonly table: NonNullable<FormShape["table"]>;
  readonly rows: readonly Json[];
  readonly refusal: Refusal | null;
  readonly onRows: (rows: readonly Json[]) => void;
}

/**
 * Keeps the keyboard where it works: in the first field of the row that was added, or of the one that took a removed row's place. The pressed button
 * is gone after a removal, and after an addition the new row is above it.
 */
function useRowFocus(count: number) {
  const box = useRef<HTMLDivElement>(null);
  const wanted = useRef<number | null>(null);
  useEffect(() => {
    const row = wanted.current === null ? undefined : box.current?.querySelectorAll("fieldset")[wanted.current];
    wanted.current = null;
    row?.querySelector<HTMLElement>("input, select, textarea")?.focus();
  }, [count]);
  return { box, goTo: (row: number) => (wanted.current = row) };
}

function Rows({ table, rows, refusal, onRows }: RowsProps) {
  const { box, goTo } = useRowFocus(rows.length);
  const add = () => {
    goTo(rows.length);
    onRows([...rows, { ...(rows.at(-1) ?? {}) }]);
  };
  const remove = (at: number) => {
    goTo(Math.min(at, rows.length - 2));
    onRows(rows.filter((_, index) => index !== at));
  };
  const change = (at: number, name: string, value: unknown) => onRows(rows.map((row, index) => (index === at ? { ...row, [name]: value } : row)));
  return (
    <div ref={box} className="flex flex-col gap-3">
      {rows.slice(0, maxRows).map((row, at) => (
        // Rows have no name of their own: a field that is given another row's value shows that.
        <fieldset key={at} className="min-w-0 rounded-md border border-line p-3">
          <legend className="sr-only">Row {at + 1}</legend>
          <div className="mb-2 flex items-center justify-between gap-2">
            <span aria-hidden className="text-sm text-muted">
              Row {at + 1}
            </span>
            {rows.length === 1 ? null : (
              <Button size="sm" variant="ghost" icon aria-label={`Remove row ${String(at + 1)}`} onClick={() => remove(at)}>
                <Trash2 aria-hidden />
              </Button>
            )}
          </div>
          <div className={grid}>
            {table.columns.map((field) => (
              <TypedField
                key={field.name}
                field={field}
                value={row[field.name]}
                refusal={refusalAt(refusal, field.name, at)}
                onChange={(value) => change(at, field.name, value)}
              />
            ))}
          </div>
        </fieldset>
      ))}
      <div className="flex flex-wrap items-center gap-2">
        <Button size="sm" onClick={add}>
          <Plus aria-hidden />
          Add a row
        </Button>
        {rows.length > maxRows ? <span className="text-sm text-muted">{rows.length - maxRows} more rows are in the JSON.</span> : null}
      </div>
    </div>
  );
}

interface TypedFormProps {
  readonly shape: FormShape;
  readonly body: string;
  readonly refusal: Refusal | null;
  readonly onChange: (body: string) => void;
}

/** A request as fields by name and type. The JSON stays what is sent: a field changes its own value in it and nothing else. */
export function TypedForm({ shape, body, refusal, onChange }: TypedFormProps) {
  const document = useMemo(() => parseExactly(body), [body]);
  const write = (next: Json) => onChange(writeExactly(next));
  if (!fitsForm(shape, document))
    return (
      <Callout tone="info" title={body.trim() === "" ? "The body is empty." : "The JSON is written in a way that the form does not show."}>
        <Button size="sm" className="mt-1.5" onClick={() => write(blankBody(shape))}>
          {body.trim() === "" ? "Begin with an empty row" : "Replace it by an empty row"}
        </Button>
      </Callout>
    );
  const { table, values } = shape;
  return (
    <div className="scroll-thin flex max-h-[32rem] flex-col gap-3 overflow-y-auto p-0.5">
      {table === null ? null : (
        <Rows table={table} rows={rowsOf(table, document) ?? []} refusal={refusal} onRows={(rows) => write(withRows(table, document, rows))} />
      )}
      {values.length === 0 ? null : (
        <fieldset className="min-w-0">
          <legend className="mb-2 text-sm text-muted">{table === null ? "Input" : "Parameters"}</legend>
          <div className={grid}>
            {values.map(({ path, field }) => (
              <TypedField
                key={path.join(".")}
                field={field}
                value={valueAt(document, path)}
                refusal={refusalAt(refusal, field.name, null)}
                onChange={(value) => write(withValue(document, path, value))}
              />
            ))}
          </div>
        </fieldset>
      )}
    </div>
  );
}
