import type { Metadata } from "next";
import { CodesList } from "#components/codes/codes-list";
import { readPage } from "#server/api/page";
import { listCodes } from "#server/operations/codes";

export const metadata: Metadata = { title: "Code" };

export default async function Route() {
  return <CodesList initial={await readPage((context) => listCodes(context, { anonymous: "false" }))} />;
}
