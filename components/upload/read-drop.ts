interface Found {
  readonly path: string;
  readonly file: File;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function childrenOf(entry: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = entry.createReader();
  const children: FileSystemEntry[] = [];
  // A reader gives at most 100 entries at a time and ends with an empty answer.
  for (;;) {
    const batch = await new Promise<readonly FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return children;
    children.push(...batch);
  }
}

async function walk(entry: FileSystemEntry, prefix: string): Promise<readonly Found[]> {
  const path = `${prefix}${entry.name}`;
  if (entry.isFile) return [{ path, file: await fileOf(entry as FileSystemFileEntry) }];
  const found = await Promise.all((await childrenOf(entry as FileSystemDirectoryEntry)).map((child) => walk(child, `${path}/`)));
  return found.flat();
}

/** Everything that was dropped, folders opened. */
export async function readDrop(transfer: DataTransfer): Promise<readonly Found[]> {
  // Entries have to be taken before the first await: the browser empties the transfer after the event.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const found = await Promise.all(entries.map((entry) => walk(entry, "")));
  return found.flat();
}
