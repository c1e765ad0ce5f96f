import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { render } from './render.js';

/** Writes the rules that Prometheus reads; with `--check`, only says whether they are up to date. */
const folder = fileURLToPath(new URL('rules', import.meta.url));
await mkdir(folder, { recursive: true });
for (const [name, text] of render()) {
  const file = `${folder}/${name}`;
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`alerting/rules/${name} is stale; run: npm run alerts\n`);
    process.exitCode = 1;
  } else {
    await writeFile(file, text);
  }
}
