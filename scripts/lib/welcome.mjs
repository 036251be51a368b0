// The last act of a start: first account, sample, and what a person needs to go on.
import fs from "node:fs";
import path from "node:path";
import { admin } from "./admin.mjs";
import { deploySample } from "./sample.mjs";

/** Makes the first account, deploys the sample on the first start, and prints addresses, sign-in and a line that works. */
export async function welcome({ root, place, machine, certificate, steps, ready, say }) {
  const email = process.env.SLUICE_ADMIN_EMAIL || "admin@localhost";
  const account = await admin(root, ready.databaseUrl, "ensure", email);
  const marker = path.join(place.home, "sample.json");
  let sample = fs.existsSync(marker) ? JSON.parse(fs.readFileSync(marker, "utf8")) : null;
  if (!sample && process.env.SLUICE_SAMPLE !== "0") {
    const { token } = await admin(root, ready.databaseUrl, "token", email);
    const done = await deploySample({
      root,
      docker: machine.docker,
      studioUrl: ready.studioUrl,
      gatewayUrl: ready.gatewayUrl,
      caFile: certificate.caFile,
      token,
      step: steps.step,
    });
    say(`\nSample     ${done.url}`);
    say(`  answered ${done.answer.status} from ${done.answer.deployment}: ${done.answer.body}`);
    say(`  try it   ${done.curl}`);
    // The key stays in the vault: the file remembers only that the sample stands.
    sample = { url: done.url };
    fs.writeFileSync(marker, JSON.stringify(sample));
  } else if (sample) say(`\nSample     ${sample.url} (key and snippets: Consume page)`);
  say(`\nStudio     ${ready.studioUrl}`);
  if (account.password && !process.env.SLUICE_ADMIN_PASSWORD)
    say(`Sign in    ${account.email}\nPassword   ${account.password}   (shown once; npm run admin:reset makes a new one)`);
  else say(`Sign in    ${account.email} (forgotten? npm run admin:reset)`);
  say("");
}
