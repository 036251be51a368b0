// `npm run dev`: the same product over the same real parts, but studio and processes run from source and follow every change.
process.env.SLUICE_DEV = "1";
await import("./start.mjs");
