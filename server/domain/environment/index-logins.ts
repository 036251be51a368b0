import { Secret } from "../secret/secret";
import { readDockerfile } from "./dockerfile";

/**
 * One of the names that every builder knows without an ARG line, and therefore keeps out of an image's history and of its cache. Nothing that
 * installs packages reads this one, so it carries the logins into a build's steps.
 */
export const loginsArgument = "FTP_PROXY";

const isProxy = (name: string): boolean => /_proxy$/i.test(name);
const userInfo = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@/i;

/** What must not stay in an image: how steps get it, and the texts that logs must not show. */
export interface BuildLogins {
  /** Lines of a netrc file; null where no index wants a login. */
  readonly netrc: Secret | null;
  readonly hidden: readonly Secret[];
}

export const noLogins: BuildLogins = { netrc: null, hidden: [] };

interface SplitArguments {
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly logins: BuildLogins;
}

/** User and password of an address, each also as it is written in it; null when it has none or cannot be read. */
function loginOf(address: string) {
  const written = userInfo.exec(address)?.[2];
  if (written === undefined || !URL.canParse(address)) return null;
  const { hostname, username, password } = new URL(address);
  const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
  return { host: hostname, user, secret, texts: [written, secret, password].filter((text) => text !== "") };
}

/**
 * Takes the logins out of the addresses of package indexes. Proxies keep theirs: tools take them from nowhere else, and their names are of those
 * that builders keep no trace of.
 */
export function splitLogins(given: Readonly<Record<string, string>>): SplitArguments {
  const found = Object.entries(given).map(([name, value]) => ({ name, value, login: loginOf(value) }));
  const machines = found.flatMap(({ name, login }) =>
    login === null || isProxy(name) ? [] : [`machine ${login.host} login ${login.user} password ${login.secret}`],
  );
  const hidden = [...new Set(found.flatMap(({ login }) => login?.texts ?? []))].sort((a, b) => b.length - a.length);
  return {
    buildArgs: Object.fromEntries(found.map(({ name, value }) => [name, isProxy(name) ? value : value.replace(userInfo, "$1")])),
    logins: { netrc: machines.length === 0 ? null : new Secret(machines.join("\n")), hidden: hidden.map((text) => new Secret(text)) },
  };
}

/** A line as it may be shown. */
export const withoutLogins = (line: string, { hidden }: BuildLogins): string => hidden.reduce((text, secret) => text.replaceAll(secret.reveal(), "***"), line);

const namesIndex = /\b(?:SLUICE_PIP_(?:EXTRA_)?INDEX_URL|TORCH_INDEX_URL)\b/;
/** In memory, so that no layer has the file either; pip and uv look for logins where this variable points. */
const prefix = `(umask 077; printf '%s\\n' "$${loginsArgument}" > /dev/shm/netrc); export NETRC=/dev/shm/netrc; `;

/** A Dockerfile whose steps that name a package index have its login. */
export function withIndexLogins(dockerfile: string): string {
  const lines = dockerfile.split("\n");
  for (const { keyword, text, line } of readDockerfile(dockerfile))
    if (keyword === "RUN" && namesIndex.test(text) && !text.startsWith("["))
      lines[line - 1] = (lines[line - 1] ?? "").replace(/^\s*RUN\s+/i, (run) => run + prefix);
  return lines.join("\n");
}

/** The first ARG line that would write a login into the image's history; null when there is none. */
export function argumentWithLogin(
  dockerfile: string,
  given: Readonly<Record<string, string>>,
  { netrc }: BuildLogins,
): { readonly line: number; readonly name: string } | null {
  const telling = new Set(Object.entries(given).flatMap(([name, value]) => (isProxy(name) && loginOf(value) !== null ? [name] : [])));
  if (netrc !== null) telling.add(loginsArgument);
  for (const { keyword, text, line } of readDockerfile(dockerfile)) {
    const name = keyword === "ARG" ? text.split(/[\s=]+/).find((word) => telling.has(word)) : undefined;
    if (name !== undefined) return { line, name };
  }
  return null;
}
