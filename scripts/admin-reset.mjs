// `npm run admin:reset [-- EMAIL]`: a new password for the owner's account, shown once.
import fs from "node:fs";
import { admin } from "./lib/admin.mjs";
import { installation, root, runningSupervisor } from "./lib/context.mjs";

const place = installation();
if (!process.env.DATABASE_URL && !runningSupervisor(place.stateFile)) {
  console.error("Sluice must be running for this, since its database runs with it: npm start");
  process.exit(1);
}
const password = fs.existsSync(`${place.home}/secrets/db-password`) ? fs.readFileSync(`${place.home}/secrets/db-password`, "utf8").trim() : "";
const databaseUrl = process.env.DATABASE_URL || `postgresql://sluice:${password}@127.0.0.1:${place.postgresPort}/sluice`;
const outcome = await admin(root, databaseUrl, "reset", process.argv[2] ?? process.env.SLUICE_ADMIN_EMAIL ?? "admin@localhost");
console.log(`E-mail    ${outcome.email}\nPassword  ${outcome.password}`);
