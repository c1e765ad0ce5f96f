import { benchBackfill } from './backfill/bench.js';
import { benchHistory } from './history/bench.js';
import { benchScrape } from './scrape/bench.js';

/** Each bench prints ratios within one run: absolute times depend on the machine, the ratios hardly. */
const benches: Readonly<Record<string, () => Promise<void>>> = {
  scrape: benchScrape,
  history: benchHistory,
  backfill: benchBackfill,
};

const names = process.argv.slice(2);
const unknown = names.find((name) => !(name in benches));
if (unknown !== undefined) {
  process.stderr.write(`there is no bench "${unknown}"; known are ${Object.keys(benches).join(', ')}\n`);
  process.exitCode = 2;
} else {
  for (const [name, bench] of Object.entries(benches)) {
    if (names.length === 0 || names.includes(name)) await bench();
  }
}
