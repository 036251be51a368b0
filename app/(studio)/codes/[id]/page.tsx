import type { Metadata } from "next";
import { CodePage } from "#components/codes/code-page";
import { readPage } from "#server/api/page";
import { getCode, previewCodeFile } from "#server/operations/codes";

interface RouteProps {
  readonly params: Promise<{ readonly id: string }>;
  readonly searchParams: Promise<{ readonly file?: string | string[] }>;
}

export const metadata: Metadata = { title: "Code" };

export default async function Route({ params, searchParams }: RouteProps) {
  const { id } = await params;
  const { file } = await searchParams;
  const code = await readPage((context) => getCode(context, { id }));
  const asked = typeof file === "string" ? file : (code.scoringScripts[0] ?? code.files[0]?.path ?? "");
  const known = code.files.some(({ path }) => path === asked);
  const preview = known ? await readPage((context) => previewCodeFile(context, { id, path: asked })) : null;
  return <CodePage code={code} preview={preview} asked={asked} />;
}
