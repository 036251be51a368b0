// `npm run admin:reset [-- EMAIL]`: a new password for the owner's account, or for that address, which becomes an owner's; shown once.
import { admin, firstPasswordFile } from "./lib/admin.mjs";
import { command } from "./lib/command.mjs";
import { root, runningInstallation } from "./lib/context.mjs";

command(async () => {
  const { place, running } = runningInstallation();
  const databaseUrl = running?.databaseUrl ?? process.env.DATABASE_URL;
  if (!databaseUrl)
    throw new Error(
      running
        ? "Sluice is starting; try again when npm run status says that the database answers."
        : "Sluice must be running for this, since its database runs with it: npm start",
    );
  const email = process.argv[2] ?? process.env.SLUICE_ADMIN_EMAIL;
  const outcome = await admin(root, databaseUrl, "reset", email || "-", firstPasswordFile(place));
  console.log(`E-mail    ${outcome.email}\nPassword  ${outcome.password}   (shown this once; every session of the account has ended)`);
});
