import type { LogLineDto } from "#server/contract/monitoring";
import { appRoot } from "#server/domain/deployment/run-spec";
import type { CodeRow } from "#server/store/codes";

const framePattern = /File "([^"]+)", line (\d+)/;

/** Names the place in a code asset that a traceback's frame stands for, so that a page can link it. `codeOf` tells what an instance ran. */
export async function linkFrames(lines: readonly LogLineDto[], codeOf: (instanceId: string) => Promise<CodeRow | null>): Promise<LogLineDto[]> {
  const codes = new Map<string, CodeRow | null>();
  const linked: LogLineDto[] = [];
  for (const line of lines) {
    const [, file = "", number = ""] = framePattern.exec(line.text) ?? [];
    if (file.startsWith(`${appRoot}/`) && !codes.has(line.instanceId)) codes.set(line.instanceId, await codeOf(line.instanceId));
    const code = codes.get(line.instanceId);
    const root = `${appRoot}/${code?.rootName ?? ""}/`;
    const path = code != null && file.startsWith(root) ? file.slice(root.length) : null;
    const isOurs = path !== null && code?.files.some((one) => one.path === path) === true;
    linked.push(isOurs ? { ...line, source: { codeId: code.id, path, line: Number(number) } } : line);
  }
  return linked;
}
