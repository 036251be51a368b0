import { z } from "zod";

const port = z.int().min(1).max(65_535);
// Rendered into the proxy's configuration as they are, hence without white space, quotes or wildcards.
const address = z.union([z.ipv4(), z.ipv6()]);
const absolutePath = z.string().regex(/^\/[A-Za-z0-9._/-]+$/, "an absolute path of letters, digits and . _ / -");

/** `settings.json` in the gateway's folder, written by set-up. */
export const gatewaySettingsSchema = z.object({
  gatewayId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  name: z.string().min(1).max(64),
  bind: z.object({ address, port }),
  /** Name or address that callers use, as people are shown it; null: not known. */
  host: z
    .string()
    .regex(/^[A-Za-z0-9.:-]{1,253}$/)
    .nullable()
    .default(null),
  /** `<endpoint>.<domain>` is an endpoint as well as its path; null: by path only. Lower case. */
  domain: z
    .string()
    .regex(/^[a-z0-9.-]{1,190}$/)
    .nullable()
    .default(null),
  /** Plain HTTP, always on loopback only. */
  plainHttp: z.object({ port }).nullable().default(null),
  /** Upper limit of every deployment's own body limit. */
  maxBodyBytes: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .default(104_857_600),
  threads: z.int().min(1).max(64).default(1),
  /** Connections of callers at once; each may need two descriptors. */
  maxConnections: z.int().min(10).max(100_000).default(4000),
  /** Loopback port with `/ready` and `/metrics` of the proxy. */
  opsPort: port.nullable().default(null),
  /** Log lines kept on disk while nobody takes them, in bytes; newer lines are shed and counted beyond it. */
  spoolBytes: z.int().min(65_536).default(268_435_456),
  paths: z.object({ apiSocket: absolutePath, token: absolutePath }),
});

export type GatewaySettings = z.infer<typeof gatewaySettingsSchema>;
