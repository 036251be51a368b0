import http from "node:http";

/** True when GET `path` at a port (of loopback, unless a host is named) or unix socket answers 2xx within a second. */
export function answersHttp(target: { readonly host?: string; readonly port: number } | { readonly socketPath: string }, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ ...("port" in target ? { host: "127.0.0.1" } : {}), ...target, path, timeout: 1000 }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 300);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}
