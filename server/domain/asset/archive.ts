/** Formats that files are downloaded in together. */
export const archiveFormats = ["tar", "zip"] as const;
export type ArchiveFormat = (typeof archiveFormats)[number];
export const archiveMediaTypes = { tar: "application/x-tar", zip: "application/zip" } as const satisfies Record<ArchiveFormat, string>;
