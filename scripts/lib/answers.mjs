// Whether something answers over HTTP; certificates are not judged here.
import http from "node:http";
import https from "node:https";

/** Where this machine reaches what listens on `host`. */
export const reachable = (host) => (host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host);

/** True when GET answers with `status` within two seconds; `target` takes Node's request options, and `secure`. */
export function answers({ secure = false, ...target }, status) {
  return new Promise((resolve) => {
    const request = (secure ? https : http).get({ timeout: 2000, rejectUnauthorized: false, agent: false, ...target }, (response) => {
      response.resume();
      resolve(response.statusCode === status);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}
