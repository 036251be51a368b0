import { readFile } from "node:fs/promises";
import { request } from "node:http";
import type { InFlightReport, RoutingAcknowledgement, RoutingDomain } from "#server/domain/routing/types";
import { domainCertificateSchema, gatewayApiPaths, longestPollMs, type GatewayHello } from "#server/gateway-api/protocol";

/** The control plane did not take a call: it is away, or it answered with an error status. */
export class ControlPlaneError extends Error {
  constructor(
    message: string,
    /** HTTP status, or 0 when there was no answer. */
    readonly status: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "ControlPlaneError";
  }
}

interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly timeoutMs: number;
}

/** Calls the gateway API over its unix socket. The token is read from its file at every call, so that it can be replaced. */
export class ControlPlaneClient {
  constructor(
    private readonly socketPath: string,
    private readonly tokenPath: string,
    private readonly signal: AbortSignal,
  ) {}

  private async call({ method, path, body, timeoutMs }: Call): Promise<{ readonly status: number; readonly text: string }> {
    const token = (await readFile(this.tokenPath, "utf8")).trim();
    const headers = { host: "control-plane", authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) };
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath: this.socketPath, method, path, headers, signal: this.signal, timeout: timeoutMs }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, text });
        });
      });
      sent.on("timeout", () => sent.destroy(new Error(`no answer in ${String(timeoutMs)} ms`)));
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  private async checked(call: Call): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await this.call(call).catch((cause: unknown) => {
      throw new ControlPlaneError(`the control plane is away: ${cause instanceof Error ? cause.message : String(cause)}`, 0, { cause });
    });
    if (answer.status < 200 || answer.status > 299) throw new ControlPlaneError(`the control plane answered ${String(answer.status)}`, answer.status);
    return answer;
  }

  /** The newest revision as an unjudged document, or null when it is still `after`. Waits up to `longestPollMs`. */
  async fetchRouting(after: number): Promise<unknown> {
    const path = `${gatewayApiPaths.routing}?after=${String(after)}&waitMs=${String(longestPollMs)}`;
    const { status, text } = await this.checked({ method: "GET", path, timeoutMs: longestPollMs + 10_000 });
    return status === 204 ? null : (JSON.parse(text) as unknown);
  }

  /** A domain's chain and key in PEM; null when the domain has another certificate by now, or none. */
  async fetchCertificate({ name, sha256 }: RoutingDomain): Promise<string | null> {
    const path = `${gatewayApiPaths.certificate}?${new URLSearchParams({ name, sha256 }).toString()}`;
    const answer = await this.checked({ method: "GET", path, timeoutMs: 5_000 }).catch((error: unknown) => {
      if (error instanceof ControlPlaneError && error.status === 404) return null;
      throw error;
    });
    return answer === null ? null : domainCertificateSchema.parse(JSON.parse(answer.text)).pem;
  }

  async acknowledge(body: RoutingAcknowledgement): Promise<void> {
    await this.checked({ method: "POST", path: gatewayApiPaths.acknowledgements, body, timeoutMs: 10_000 });
  }

  async reportInFlight(body: InFlightReport): Promise<void> {
    await this.checked({ method: "POST", path: gatewayApiPaths.inFlight, body, timeoutMs: 5_000 });
  }

  async hello(body: GatewayHello): Promise<void> {
    await this.checked({ method: "POST", path: gatewayApiPaths.hello, body, timeoutMs: 10_000 });
  }
}
