import { expect, it } from "vitest";
import { previewKindOf } from "./preview";

const bytes = (text: string): Uint8Array => Uint8Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));

it.each([
  ["model/MLmodel", "flavors:\n", { kind: "text", language: "yaml" }],
  ["a.json", "{}", { kind: "text", language: "json" }],
  ["config.pbtxt", "name: 'x'\r\n\t", { kind: "text", language: "text" }],
  ["drawing.svg", "<svg onload='x'/>", { kind: "text", language: "text" }],
  ["empty", "", { kind: "text", language: "text" }],
  ["picture.txt", "\u0089PNG\r\n\u001a\n", { kind: "image", mediaType: "image/png" }],
  ["model.json", "\u0080\u0004\u0095", { kind: "binary" }],
])("%s of %j", (path, head, expected) => {
  expect(previewKindOf(path, bytes(head))).toEqual(expected);
});
