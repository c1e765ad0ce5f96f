import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Adds up what `reporter.mjs` wrote into a folder: the slowest files, a line for each failure, and the sum as the last line. */
const [folder = ''] = process.argv.slice(2);
const runs = readdirSync(folder)
  .sort()
  .map((file) => ({
    name: file.replace('.json', ''),
    ...JSON.parse(readFileSync(join(folder, file), 'utf8')),
  }));
for (const { name, seconds } of runs) {
  const slowest = Object.entries(seconds)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 12);
  console.log(`slowest of ${name}: ${slowest.map(([file, s]) => `${file} ${s} s`).join(', ')}`);
}
for (const { name, failures } of runs)
  for (const failure of failures) console.log(`failed: ${name}: ${failure}`);
const sum = (count) => runs.reduce((total, run) => total + count(run), 0);
console.log(
  `${sum((run) => run.passed)} passed, ${sum((run) => run.failures.length)} failed, ${sum((run) => run.skipped)} skipped`,
);
