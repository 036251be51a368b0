"use client";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { python } from "@codemirror/lang-python";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Annotation, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";

export interface CodeEditorProps {
  readonly label: string;
  /** Its extension chooses the language. */
  readonly path: string;
  readonly value: string;
  readonly onChange?: (value: string) => void;
}

/** Colours are the page's own, so that both themes hold. */
const look = EditorView.theme({
  "&": { height: "26rem", backgroundColor: "var(--color-surface)", color: "var(--color-text)", fontSize: "var(--text-sm)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.25rem" },
  ".cm-gutters": { backgroundColor: "var(--color-sunken)", color: "var(--color-faint)", borderRight: "1px solid var(--color-line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--color-hover)" },
  ".cm-cursor": { borderLeftColor: "var(--color-text)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { backgroundColor: "var(--color-accent-soft)" },
});
const ink = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier], color: "var(--color-accent)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--color-ok)" },
  { tag: [tags.comment, tags.docString], color: "var(--color-faint)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--color-warn)" },
  { tag: [tags.propertyName, tags.definition(tags.variableName), tags.function(tags.variableName)], color: "var(--color-accent-strong)" },
]);

function languageOf(path: string): Extension {
  if (path.endsWith(".py")) return [python(), indentUnit.of("    ")];
  if (path.endsWith(".json")) return json();
  return /\.ya?ml$/.test(path) ? yaml() : [];
}

/** Marks a text that was handed in: nobody typed it, so it is not told as a change. */
const fromOutside = Annotation.define<boolean>();

function extensionsFor(label: string, path: string, editable: boolean, changed: (value: string) => void): Extension {
  return [
    lineNumbers(),
    history(),
    drawSelection(),
    bracketMatching(),
    indentOnInput(),
    highlightActiveLine(),
    syntaxHighlighting(ink),
    look,
    languageOf(path),
    // Tab goes on to the next control, as everywhere on the page.
    keymap.of([...defaultKeymap, ...historyKeymap]),
    EditorState.readOnly.of(!editable),
    // Said outright: a text that scrolls has to be a stop of the keyboard's for those who read it with arrows.
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((transaction) => transaction.annotation(fromOutside) === true)) changed(update.state.doc.toString());
    }),
  ];
}

/** A text with line numbers and colours; read-only without `onChange`. */
export function CodeEditor({ label, path, value, onChange }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const tell = useRef(onChange);
  const first = useRef(value);
  const editable = onChange !== undefined;
  useEffect(() => {
    tell.current = onChange;
    first.current = value;
  });
  useEffect(() => {
    if (place.current === null) return;
    const extensions = extensionsFor(label, path, editable, (text) => tell.current?.(text));
    const made = new EditorView({ state: EditorState.create({ doc: first.current, extensions }), parent: place.current });
    view.current = made;
    return () => made.destroy();
  }, [label, path, editable]);
  useEffect(() => {
    const editor = view.current;
    // What is typed comes back as the value; only a value from elsewhere replaces the text.
    if (editor !== null && editor.state.doc.toString() !== value)
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value }, annotations: fromOutside.of(true) });
  }, [value]);
  return (
    <>
      <div
        ref={place}
        className="overflow-hidden rounded-md border border-control/60 focus-within:border-accent focus-within:outline-1 focus-within:outline-accent"
      />
      {editable ? <p className="pt-1 text-sm text-faint">Tab leaves the editor; Ctrl ] and Ctrl [ indent.</p> : null}
    </>
  );
}
