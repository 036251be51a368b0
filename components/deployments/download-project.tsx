"use client";
import { ChevronDown, FolderDown } from "lucide-react";
import { Button } from "#components/ui/button";
import { Dropdown, DropdownItem } from "#components/ui/dropdown";
import type { DeploymentDto } from "#server/contract/deployment";
import { apiUrl } from "../queries/fetcher";

/** Saves the deployment as a folder that runs on a machine of one's own. */
export function DownloadProject({ deployment }: { readonly deployment: DeploymentDto }) {
  const path = `/endpoints/${encodeURIComponent(deployment.endpoint)}/deployments/${encodeURIComponent(deployment.name)}/project`;
  if (deployment.model === null)
    return (
      <Button size="sm" asChild>
        <a href={apiUrl(path)} download>
          <FolderDown aria-hidden />
          Download project
        </a>
      </Button>
    );
  return (
    <Dropdown
      trigger={
        <Button size="sm">
          <FolderDown aria-hidden />
          Download project
          <ChevronDown aria-hidden />
        </Button>
      }
    >
      <DropdownItem href={apiUrl(path)} download>
        With the model
      </DropdownItem>
      <DropdownItem href={apiUrl(path, { model: "false" })} download>
        Without the model
      </DropdownItem>
    </Dropdown>
  );
}
