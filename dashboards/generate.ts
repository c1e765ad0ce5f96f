import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { render } from './render.js';

/** Writes the dashboards that Grafana reads; with `--check`, only says whether they are up to date. */
const folder = fileURLToPath(new URL('json', import.meta.url));
const check = process.argv.includes('--check');
const wanted = await render();

await mkdir(folder, { recursive: true });
const stale: string[] = [];
for (const [name, text] of wanted) {
  const file = `${folder}/${name}`;
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
  stale.push(name);
  if (!check) await writeFile(file, text);
}
for (const name of await readdir(folder)) {
  if (wanted.has(name)) continue;
  stale.push(name);
  if (!check) await rm(`${folder}/${name}`);
}
if (check && stale.length > 0) {
  process.stderr.write(`dashboards/json is stale (${stale.join(', ')}); run: npm run dashboards\n`);
  process.exitCode = 1;
}
