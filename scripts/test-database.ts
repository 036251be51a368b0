// A throw-away PostgreSQL for the tests: prints its address, runs until SIGTERM. Fast and unsafe on purpose.
import { openSync } from "node:fs";
import path from "node:path";
import { startPostgres } from "../server/processes/supervisor/postgres";

const [folder, port, owner] = process.argv.slice(2);
if (folder === undefined || port === undefined) throw new Error("usage: test-database FOLDER PORT [UID:GID]");
const ids = owner?.split(":").map(Number);
const account = ids?.[0] === undefined || ids[1] === undefined ? null : { uid: ids[0], gid: ids[1] };
openSync(path.join(folder, "postgres.log"), "a");
const running = await startPostgres({
  folder: path.join(folder, "postgres"),
  port: Number(port),
  passwordFile: path.join(folder, "db-password"),
  logFile: path.join(folder, "postgres.log"),
  account,
  volatile: true,
});
console.log(running.url);
process.on("SIGTERM", () => void running.stop().then(() => process.exit(0)));
setInterval(() => undefined, 60_000);
