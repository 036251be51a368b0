import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

export const providerAudience = "https://score.example.com";

/** A certified OpenID Connect provider on a loopback port that gives JWTs to one client, which asks with its own secret. */
export class TokenProvider {
  private constructor(
    private server: Server,
    readonly issuer: string,
  ) {}

  static async start(alg: "RS256" | "ES256", kid: string, port = 0): Promise<TokenProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const { privateKey } = alg === "RS256" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ec", { namedCurve: "P-256" });
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: "batch",
          client_secret: "a secret of the client",
          grant_types: ["client_credentials"],
          redirect_uris: [],
          response_types: [],
          id_token_signed_response_alg: alg,
        },
      ],
      jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg, use: "sig", kid }] },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({ scope: "score other", audience: providerAudience, accessTokenFormat: "jwt", jwt: { sign: { alg } } }),
        },
      },
      extraTokenClaims: (_context, token) => ({ scp: token.scope ?? "", sub: "batch" }),
    });
    const answer = provider.callback();
    server.on("request", (request, response) => void answer(request, response));
    return new TokenProvider(server, issuer);
  }

  /** An access token with that scope, as the provider's token endpoint gives it. */
  async token(scope: string): Promise<string> {
    const answer = await fetch(`${this.issuer}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`batch:${encodeURIComponent("a secret of the client")}`).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "client_credentials", scope, resource: providerAudience }),
    });
    const body = (await answer.json()) as { access_token?: string };
    if (body.access_token === undefined) throw new Error(`the provider gave no token: ${JSON.stringify(body)}`);
    return body.access_token;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
