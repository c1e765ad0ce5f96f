import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { taigaSchemaSql } from '../../src/demo/schema.js';
import { formatTable } from '../../src/main/table.js';
import { changeSql, type Extent, generateSql } from '../generate.js';
import { type BenchPostgres, postgresPrograms, startPostgres } from '../postgres.js';
import type { Cost } from './subject.js';

/** One large project with a long history, of two sizes. */
const ONE_PROJECT: readonly Extent[] = [
  { projects: 1, itemsPerProject: 5000, entriesPerItem: 50 },
  { projects: 1, itemsPerProject: 20_000, entriesPerItem: 50 },
];
const CHANGED_ITEMS = 100;
const CYCLES = 5;

/**
 * The cost of a cycle of all event collectors compared with the first reading of everything, for one large project, or for
 * `projects` equal ones of 200 items with 5 entries each.
 */
export async function benchHistory(projects?: number): Promise<void> {
  const programs = postgresPrograms();
  if (programs === undefined) {
    process.stdout.write('History: left out, there is no PostgreSQL on this machine.\n');
    return;
  }
  const extents =
    projects === undefined ? ONE_PROJECT : [{ projects, itemsPerProject: 200, entriesPerItem: 5 }];
  process.stdout.write('History: on a real PostgreSQL, all event collectors together.\n\n');
  const rows: string[][] = [];
  for (const extent of extents) {
    const postgres = await startPostgres(programs);
    try {
      await postgres.query(taigaSchemaSql);
      await postgres.query(generateSql(extent));
      rows.push(...(await measure(postgres, extent)));
    } finally {
      await postgres.close();
    }
  }
  for (const line of formatTable(
    ['projects', 'items', 'entries', 'what', 'wall', 'database', 'of the first reading', 'peak memory'],
    rows,
  ))
    process.stdout.write(`${line}\n`);
}

async function measure(postgres: BenchPostgres, extent: Extent): Promise<string[][]> {
  const child = fork(fileURLToPath(new URL('./subject.ts', import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, TAIGA_DATABASE_URL: postgres.url },
  });
  try {
    await answer(child);
    const first = await answer<Cost>(child, 'cycle');
    // The second cycle reads the items of the first one once more.
    await answer<Cost>(child, 'cycle');
    const quiet = await median(CYCLES, () => answer<Cost>(child, 'cycle'));
    const busy = await median(CYCLES, async () => {
      await postgres.query(changeSql(CHANGED_ITEMS));
      const cost = await answer<Cost>(child, 'cycle');
      await answer<Cost>(child, 'cycle');
      return cost;
    });
    const row = (what: string, cost: Cost, ratio = ''): string[] => [
      String(extent.projects),
      String(extent.projects * extent.itemsPerProject),
      String(extent.projects * extent.itemsPerProject * extent.entriesPerItem),
      what,
      `${cost.wallMs.toFixed(0)} ms`,
      `${cost.databaseMs.toFixed(0)} ms`,
      ratio,
      `${cost.peakRssMb.toFixed(0)} MB`,
    ];
    const timesCheaper = (cost: Cost): string => `1/${(first.databaseMs / cost.databaseMs).toFixed(0)}`;
    return [
      row('first reading', first),
      row('cycle, nothing new', quiet, timesCheaper(quiet)),
      row(`cycle, ${CHANGED_ITEMS} items changed`, busy, timesCheaper(busy)),
    ];
  } finally {
    // It closes its connections before the server goes.
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  }
}

function answer<T>(child: ChildProcess, question?: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`the subject of the bench ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as T);
    });
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
