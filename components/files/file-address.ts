/** Where a file of a code asset is read, and a line of it. */
export function fileAddress(codeId: string, path: string, line?: number): string {
  return `/codes/${encodeURIComponent(codeId)}?${new URLSearchParams({ file: path }).toString()}${line === undefined ? "" : `#L${String(line)}`}`;
}
