import type { Metadata } from "next";
import { ModelsList } from "#components/models/models-list";
import { readPage } from "#server/api/page";
import { listModels } from "#server/operations/models";

export const metadata: Metadata = { title: "Models" };

export default async function Route() {
  return <ModelsList initial={await readPage((context) => listModels(context))} />;
}
