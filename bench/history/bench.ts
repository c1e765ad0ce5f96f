import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { taigaSchemaSql } from '../../src/demo/schema.js';
import { formatTable } from '../../src/main/table.js';
import { type Cluster, hasPostgres, startPostgres } from '../../test/support/postgres.js';
import { changeSql, generateSql } from './generate.js';
import type { Cost } from './subject.js';

const ENTRIES_PER_ITEM = 50;
const SIZES = [250_000, 1_000_000];
const CHANGED_ITEMS = 100;
const CYCLES = 5;

/** What a cycle of all event collectors costs, beside reading everything anew, and how the first reading goes. */
export async function benchHistory(): Promise<void> {
  if (!hasPostgres) {
    process.stdout.write('History: left out, there is no PostgreSQL on this machine.\n');
    return;
  }
  process.stdout.write(
    'History: on a real PostgreSQL, all event collectors together, 50 entries an item.\n\n',
  );
  const rows: string[][] = [];
  for (const entries of SIZES) {
    const cluster = await startPostgres();
    try {
      await cluster.query(taigaSchemaSql);
      await cluster.query(generateSql(entries / ENTRIES_PER_ITEM, ENTRIES_PER_ITEM));
      rows.push(...(await measure(cluster, entries)));
    } finally {
      await cluster.close();
    }
  }
  for (const line of formatTable(
    ['entries', 'what', 'wall', 'database', 'everything anew', 'peak memory'],
    rows,
  ))
    process.stdout.write(`${line}\n`);
}

async function measure(cluster: Cluster, entries: number): Promise<string[][]> {
  const child = fork(fileURLToPath(new URL('./subject.ts', import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, TAIGA_DATABASE_URL: cluster.url },
  });
  try {
    await answer(child);
    const first = await answer<Cost>(child, 'cycle');
    // The look after the first one sees the first one's own items once more.
    await answer<Cost>(child, 'cycle');
    const quiet = await median(CYCLES, () => answer<Cost>(child, 'cycle'));
    const busy = await median(CYCLES, async () => {
      await cluster.query(changeSql(CHANGED_ITEMS));
      const cost = await answer<Cost>(child, 'cycle');
      await answer<Cost>(child, 'cycle');
      return cost;
    });
    const anew = await answer<Cost>(child, 'recompute');
    const row = (what: string, cost: Cost, ratio = ''): string[] => [
      String(entries),
      what,
      `${cost.wallMs.toFixed(0)} ms`,
      `${cost.databaseMs.toFixed(0)} ms`,
      ratio,
      `${cost.peakRssMb.toFixed(0)} MB`,
    ];
    const timesCheaper = (cost: Cost): string =>
      `${(anew.databaseMs / cost.databaseMs).toFixed(0)}× the database time`;
    return [
      row('first reading', first),
      row('cycle, nothing new', quiet, timesCheaper(quiet)),
      row(`cycle, ${CHANGED_ITEMS} items changed`, busy, timesCheaper(busy)),
      row('everything anew', anew),
    ];
  } finally {
    child.disconnect();
  }
}

function answer<T>(child: ChildProcess, question?: string): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('exit', (code) => reject(new Error(`the subject of the bench ended with ${code}`)));
    if (question !== undefined) child.send(question);
  });
}

async function median(times: number, run: () => Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let i = 0; i < times; i++) costs.push(await run());
  const sorted = costs.toSorted((a, b) => a.databaseMs - b.databaseMs);
  const middle = sorted[Math.floor(times / 2)];
  if (!middle) throw new Error('nothing was measured');
  return middle;
}
