import type { RoutingDeployment, RoutingEndpoint } from "#server/domain/routing/types";
import { tokensTrust } from "./tokens";
import { clientRoutingKey, farOff, routingEndpoint, routingKey } from "../routing";

const cors = { methods: ["GET", "POST"] as const, headers: ["authorization", "content-type"], exposedHeaders: [], maxAgeSeconds: 600 };

/**
 * Endpoints of which pages may be callers, those whose callers stay with their deployment, those whose addresses may choose one, and those whose answers go back
 * as models gave them or compressed; `hosted` has the domains. All take the key `key-1`, `claimed` tokens too.
 */
export async function wayEndpoints(served: (name: string) => Promise<RoutingDeployment>, domains: RoutingEndpoint["domains"]): Promise<RoutingEndpoint[]> {
  const halves = async (
    endpoint: string,
    sticky: Omit<NonNullable<RoutingEndpoint["sticky"]>, "slots">,
    more: Partial<RoutingEndpoint> = {},
  ): Promise<RoutingEndpoint> => {
    const names = [`${endpoint}-blue`, `${endpoint}-green`];
    const slots = names.map((deployment) => ({ deployment, count: 50 }));
    const weights = Object.fromEntries(names.map((name) => [name, 50]));
    return routingEndpoint(await Promise.all(names.map(served)), weights, { id: `ep_${endpoint}`, name: endpoint, sticky: { ...sticky, slots }, ...more });
  };
  const alone = async (endpoint: string, origins: readonly string[], exposedHeaders: readonly string[]): Promise<RoutingEndpoint> => {
    const name = `${endpoint}-blue`;
    return routingEndpoint([await served(name)], { [name]: 100 }, { id: `ep_${endpoint}`, name: endpoint, cors: { ...cors, origins, exposedHeaders } });
  };
  const aimed = async (endpoint: string, names: readonly string[], pinBy: RoutingEndpoint["pinBy"]): Promise<RoutingEndpoint> => {
    const keys = [routingKey("key-1"), clientRoutingKey("slk_free", "batch", { mayPin: true }), clientRoutingKey("slk_plain", "plain")];
    return routingEndpoint(
      await Promise.all(names.map(served)),
      { [String(names[0])]: 100 },
      { id: `ep_${endpoint}`, name: endpoint, keys, pinBy, domains: endpoint === "hosted" ? domains : [] },
    );
  };
  const answered = async (endpoint: string, own: Partial<RoutingEndpoint>): Promise<RoutingEndpoint> => {
    const name = `${endpoint}-blue`;
    return routingEndpoint([await served(name)], { [name]: 100 }, { id: `ep_${endpoint}`, name: endpoint, ...own });
  };
  const rules = { ...cors, origins: ["https://app.example"] };
  return [
    await answered("frank", { modelErrors: "unchanged" }),
    await answered("packed", { compression: true }),
    await answered("frank-packed", { modelErrors: "unchanged", compression: true, cors: rules }),
    await aimed("aimed", ["aimed-blue", "aimed-green"], ["path", "host"]),
    await aimed("pathed", ["pathed-blue"], ["path"]),
    await aimed("hosted", ["hosted-blue"], ["host"]),
    await alone("web", ["https://app.example", "http://localhost:3000"], []),
    await alone("open", ["*"], ["x-model"]),
    await halves("steady", { by: "header", name: "x-session", setCookie: false }),
    await halves("cookied", { by: "cookie", name: "sid", setCookie: true }),
    await halves("claimed", { by: "claim", name: "team", setCookie: false }, { authMode: "aml_token", keysUntil: farOff, trusts: [tokensTrust("ep_claimed")] }),
  ];
}
