"use client";
import { ChevronDown, Download } from "lucide-react";
import { Button } from "#components/ui/button";
import { Dropdown, DropdownItem } from "#components/ui/dropdown";
import { archiveFormats, type ArchiveFormat } from "#server/domain/asset/archive";

/** Saves all files of an asset as one archive of the chosen format. */
export function DownloadArchive({ urlOf }: { readonly urlOf: (format: ArchiveFormat) => string }) {
  return (
    <Dropdown
      trigger={
        <Button size="sm">
          <Download aria-hidden />
          Download
          <ChevronDown aria-hidden />
        </Button>
      }
    >
      {archiveFormats.map((format) => (
        <DropdownItem key={format} href={urlOf(format)} download>
          As {format}
        </DropdownItem>
      ))}
    </Dropdown>
  );
}
