import { stringify } from "yaml";

/** A request body as YAML, as people keep it in files. */
export function toYaml(value: object): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The same request as a curl command; address and token come from the shell's variables, so that it can be shared. */
export function toCurl(method: string, path: string, body?: object): string {
  const lines = [
    `curl -X ${method} "$SLUICE_STUDIO/api/v1${path}"`,
    `-H "authorization: Bearer $SLUICE_TOKEN"`,
    ...(body === undefined ? [] : [`-H "content-type: application/json"`, `-d ${quote(JSON.stringify(body, null, 2))}`]),
  ];
  return lines.join(" \\\n  ");
}
