import { parseArgs } from 'node:util';
import { benchBackfill } from './backfill/bench.js';
import { benchHistory } from './history/bench.js';
import { benchReports } from './reports/bench.js';
import { benchScrape } from './scrape/bench.js';

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { projects: { type: 'string' }, database: { type: 'string' }, project: { type: 'string' } },
});
const projects = values.projects === undefined ? undefined : Number(values.projects);

/** Each bench prints ratios within one run: absolute times depend on the machine, ratios hardly. */
const benches: Readonly<Record<string, () => Promise<void>>> = {
  scrape: benchScrape,
  history: () => benchHistory(projects),
  backfill: benchBackfill,
  reports: () => benchReports({ database: values.database, projects, project: values.project }),
};

const unknown = names.find((name) => !(name in benches));
if (unknown !== undefined) {
  process.stderr.write(`there is no bench "${unknown}"; known are ${Object.keys(benches).join(', ')}\n`);
  process.exitCode = 2;
} else if (projects !== undefined && !(Number.isInteger(projects) && projects > 0)) {
  process.stderr.write('--projects is a number of projects, like 1000\n');
  process.exitCode = 2;
} else {
  for (const [name, bench] of Object.entries(benches)) {
    if (names.length === 0 || names.includes(name)) await bench();
  }
}
