// The last act of a start: first account, sample, and what a person needs to go on.
import fs from "node:fs";
import path from "node:path";
import { admin, firstPasswordFile } from "./admin.mjs";
import { deploySample, sampleUrl } from "./sample.mjs";

/** Deploys the sample unless it stands; one that fails is said and tried again by the next start, since the product runs without it. */
async function ensureSample({ root, place, machine, certificate, steps, ready, say }, email) {
  const marker = path.join(place.home, "sample.json");
  if (fs.existsSync(marker)) return say(`\nSample     ${sampleUrl(ready.gatewayUrl)} (key and snippets: Consume page)`);
  if (process.env.SLUICE_SAMPLE === "0") return;
  try {
    const { token } = await admin(root, ready.databaseUrl, "token", email);
    const { studioUrl, gatewayUrl } = ready;
    const done = await deploySample({ root, place, docker: machine.docker, studioUrl, gatewayUrl, certificate, token, step: steps.step });
    say(`\nSample     ${done.url}`);
    say(`  answered ${done.answer.status} from ${done.answer.deployment}: ${done.answer.body}`);
    say(`  try it   ${done.curl}`);
    // The key stays in the vault: the file remembers only that the sample stands.
    fs.writeFileSync(marker, JSON.stringify({ url: done.url }));
  } catch (error) {
    say(`\nSample     could not be deployed: ${error.message}\n  Everything else runs. The next npm start tries again; SLUICE_SAMPLE=0 leaves it out.`);
  }
}

/** Makes the first account, deploys the sample on the first start, and prints addresses, sign-in and a line that works. */
export async function welcome(context) {
  const { root, place, ready, say } = context;
  const file = firstPasswordFile(place);
  const { email, password } = await admin(root, ready.databaseUrl, "ensure", process.env.SLUICE_ADMIN_EMAIL || "admin@localhost", file);
  const signIn = () =>
    fs.existsSync(file)
      ? `Sign in    ${email}\nPassword   ${password}   (shown by this start alone; npm run admin:reset makes a new one)`
      : `Sign in    ${email} (forgotten? npm run admin:reset)`;
  // Before the sample, which takes its time.
  if (password) say(`\nStudio     ${ready.studioUrl}\n${signIn()}\n`);
  await ensureSample(context, email);
  say(`\nStudio     ${ready.studioUrl}\n${signIn()}\n`);
  fs.rmSync(file, { force: true });
}
