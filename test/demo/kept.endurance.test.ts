import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { type DemoTaiga, startDemoTaiga } from '../../src/demo/demo-taiga.js';
import { fold } from '../../src/demo/postgres/fold.js';
import { microsOf } from '../../src/demo/taiga/time.js';
import { Simulation } from '../../src/demo/team/simulation.js';
import { eventually } from '../support/eventually.js';
import { errorOf, folderWith } from '../unit/helpers.js';

const FROM = new Date('2026-02-18T15:20:00Z');
const NOW = new Date('2026-03-18T15:20:00Z');

/** Its people do something every few milliseconds, or rest. */
async function start(
  folder: string,
  options: { readonly paceMs?: number; readonly messages?: string[]; readonly now?: Date } = {},
): Promise<DemoTaiga> {
  const { paceMs = null, messages = [], now = NOW } = options;
  const demo = await startDemoTaiga({
    ...{ seed: 7, now, months: 1, paceMs, folder },
    onProgress: (message) => messages.push(message),
  });
  onTestFinished(() => demo.close());
  return demo;
}

async function query<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

const acts = async (url: string): Promise<number[][]> =>
  (await query<{ steps: string[] }>(url, 'SELECT steps FROM bugflow_demo.act ORDER BY id')).map(({ steps }) =>
    steps.map(Number),
  );

const STATE = {
  stories: 'SELECT id, status_id, version, is_closed, subject FROM userstories_userstory ORDER BY id',
  history: 'SELECT id, key, diff FROM history_historyentry ORDER BY created_at, id',
  timeline: 'SELECT id, data FROM timeline_timeline ORDER BY id',
} as const;

async function stateOf(url: string): Promise<Record<string, unknown[]>> {
  const entries = await Promise.all(
    Object.entries(STATE).map(async ([name, sql]) => [name, await query(url, sql)] as const),
  );
  return Object.fromEntries(entries);
}

test('goes on where it was, with people who know what they did', async () => {
  const folder = await folderWith({});
  const first = await start(folder, { paceMs: 4 });
  await eventually(async () => expect((await acts(first.url)).length).toBeGreaterThan(30));
  await first.close();

  // At rest, a month later: nothing else than what was there.
  const messages: string[] = [];
  const resting = await start(folder, { messages, now: new Date('2026-04-18T00:00:00Z') });
  const before = await stateOf(resting.url);
  const done = await acts(resting.url);
  expect(messages.join()).toContain(`continues after its year and ${done.length} acts`);
  await resting.close();

  const second = await start(folder, { paceMs: 4 });
  await eventually(async () => expect((await acts(second.url)).length).toBeGreaterThan(done.length + 30));
  await second.close();

  // Second way: one life without a break, as chance decided it at the moments that were written down.
  const third = await start(folder);
  const all = await acts(third.url);
  const after = await stateOf(third.url);
  const simulation = new Simulation(7, { from: microsOf(FROM), to: microsOf(NOW) });
  simulation.liveUntil(microsOf(NOW));
  for (const at of all.flat()) simulation.step(at);
  const life = fold(simulation.takeChanges());
  expect(after.history?.length).toBeGreaterThan(before.history?.length ?? 0);
  expect(after.history?.slice(0, before.history?.length)).toEqual(before.history);
  expect(after.stories).toEqual(
    life.userstories_userstory
      ?.map(({ id, status_id, version, is_closed, subject }) => ({
        id,
        status_id,
        version,
        is_closed,
        subject,
      }))
      .sort((a, b) => a.id - b.id),
  );
  expect(after.timeline?.length).toBe(life.timeline_timeline?.length);
});

test('a first start that was cut short is begun anew', async () => {
  const folder = await folderWith({ 'database/PG_VERSION': '17\n', 'database/base/1/1259': 'half' });
  const demo = await start(folder);
  expect((await query(demo.url, 'SELECT FROM userstories_userstory')).length).toBeGreaterThan(0);
});

test('a year of another version is shown, and its people rest', async () => {
  const folder = await folderWith({});
  await (await start(folder)).close();
  const record = join(folder, 'demo.json');
  const content = JSON.parse(await readFile(record, 'utf8')) as object;
  await writeFile(record, JSON.stringify({ ...content, fingerprint: 'of another version' }));
  const messages: string[] = [];
  const demo = await start(folder, { paceMs: 4, messages });
  expect(messages.join()).toMatch(/made up by another version.*nobody goes on working/);
  expect((await query(demo.url, 'SELECT FROM userstories_userstory')).length).toBeGreaterThan(0);
  expect(await acts(demo.url)).toEqual([]);
});

test('a folder that cannot be used says which, and what to do', async () => {
  const folder = await folderWith({ 'demo.json': '{"version": 2}', file: '' });
  await mkdir(join(folder, 'whole'));
  expect(await errorOf(start(folder))).toMatchObject({
    code: 'DEMO_FOLDER',
    message: expect.stringMatching(
      /demo\.json: was not written by this version .* remove this one for a new year$/,
    ),
  });
  expect(await errorOf(start(join(folder, 'file')))).toMatchObject({ code: 'DEMO_FOLDER' });
});
