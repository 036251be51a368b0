import type { NextConfig } from "next";

const config: NextConfig = {
  output: "standalone",
  reactStrictMode: true,
  poweredByHeader: false,
  // Native or connection-holding packages stay outside the bundle.
  serverExternalPackages: [
    "@aws-sdk/client-s3",
    "@aws-sdk/lib-storage",
    "dockerode",
    "pg",
    "@prisma/adapter-pg",
    "@prisma/client",
    "@node-rs/argon2",
    "@duckdb/node-api",
    "pino",
  ],
  // Types are a check of `npm test`, over tests as well; a start must not depend on them.
  typescript: { ignoreBuildErrors: true },
  // Read at run time: what the studio generates for models without code.
  outputFileTracingIncludes: { "/**": ["./images/scaffold/*.py", "./images/serving/*", "./images/torch/*", "./images/triton/*"] },
  devIndicators: false,
  allowedDevOrigins: ["127.0.0.1", "localhost"],
  experimental: { optimizePackageImports: ["lucide-react", "radix-ui"] },
};

export default config;
