import type { Metadata } from "next";
import { EnvironmentsList } from "#components/environments/environments-list";
import { readPage } from "#server/api/page";
import { listEnvironments } from "#server/operations/environments";

export const metadata: Metadata = { title: "Environments" };

export default async function Route() {
  return <EnvironmentsList initial={await readPage((context) => listEnvironments(context))} />;
}
