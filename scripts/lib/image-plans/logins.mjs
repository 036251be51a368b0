// Logins of package indexes in builds of the platform's images, as server/domain/environment/index-logins.ts does it for environments: by the one
// predefined build argument that nothing reads, which leaves no trace in an image.

export const LOGINS_ARGUMENT = "FTP_PROXY";
const USER_INFO = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i;
const PREFIX = `(umask 077; printf '%s\\n' "$${LOGINS_ARGUMENT}" > /dev/shm/netrc); export NETRC=/dev/shm/netrc; `;

/** An address without its login, and the line of a netrc file for that; "" when it has none. @param {string} address */
export function splitLogin(address) {
  if (!USER_INFO.test(address) || !URL.canParse(address)) return { address, netrc: "" };
  const { hostname, username, password } = new URL(address);
  const netrc = `machine ${hostname} login ${decodeURIComponent(username)} password ${decodeURIComponent(password)}\n`;
  return { address: address.replace(USER_INFO, "$1"), netrc };
}

/** A Dockerfile whose steps that name a package index have its login. @param {string} dockerfile */
export const withLogins = (dockerfile) => dockerfile.replace(/^RUN (?=(?:[^\n]*\\\n)*[^\n]*SLUICE_PIP_(?:EXTRA_)?INDEX_URL)/gm, (run) => run + PREFIX);
