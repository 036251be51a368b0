import type { RoutingDeployment, RoutingEndpoint } from "#server/domain/routing/types";
import { routingEndpoint } from "../routing";

const cors = { methods: ["GET", "POST"] as const, headers: ["authorization", "content-type"], exposedHeaders: [], maxAgeSeconds: 600 };

/** Endpoints of which pages may be callers, and those whose callers stay with their deployment. All take the key `key-1`. */
export async function wayEndpoints(served: (name: string) => Promise<RoutingDeployment>): Promise<RoutingEndpoint[]> {
  const halves = async (endpoint: string, sticky: NonNullable<RoutingEndpoint["sticky"]>): Promise<RoutingEndpoint> => {
    const names = [`${endpoint}-blue`, `${endpoint}-green`];
    const slots = names.map((deployment) => ({ deployment, count: 50 }));
    const weights = Object.fromEntries(names.map((name) => [name, 50]));
    return routingEndpoint(await Promise.all(names.map(served)), weights, { id: `ep_${endpoint}`, name: endpoint, sticky: { ...sticky, slots } });
  };
  const alone = async (endpoint: string, origins: readonly string[], exposedHeaders: readonly string[]): Promise<RoutingEndpoint> => {
    const name = `${endpoint}-blue`;
    return routingEndpoint([await served(name)], { [name]: 100 }, { id: `ep_${endpoint}`, name: endpoint, cors: { ...cors, origins, exposedHeaders } });
  };
  return [
    await alone("web", ["https://app.example", "http://localhost:3000"], []),
    await alone("open", ["*"], ["x-model"]),
    await halves("steady", { by: "header", name: "x-session", setCookie: false, slots: [] }),
    await halves("cookied", { by: "cookie", name: "sid", setCookie: true, slots: [] }),
  ];
}
