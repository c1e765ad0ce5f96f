// Gives Grafana's administrator a password: the one that was chosen, else one that is made up once and kept.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const [chosenFile, keptFile] = process.argv.slice(2);
const chosen = readFileSync(chosenFile, 'utf8').trim();
if (chosen !== '' || !existsSync(keptFile)) {
  // Made anew, as nobody may write to it; only Grafana's container and the one that makes the walls have this folder.
  rmSync(keptFile, { force: true });
  writeFileSync(keptFile, chosen || randomBytes(18).toString('base64url'), { mode: 0o444 });
}
