import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseTimeline } from '../../src/backfill/database-timeline.js';
import { hasPast } from '../../src/backfill/moment.js';
import { walkSteps } from '../../src/backfill/steps.js';
import { renderLabels } from '../../src/collectors/labels.js';
import { collect } from '../../src/main/collect.js';
import { exampleTaiga, NOW } from '../support/fixture.js';
import { type Kit, openKit } from '../support/kit.js';
import { Metrics } from '../support/measure.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { TeamWorld } from '../support/team-world.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let server: TestPostgres;
let kit: Kit;
beforeAll(async () => {
  server = await startEitherPostgres();
  kit = await openKit(server.url);
});
afterAll(async () => {
  await kit.close();
  await server.close();
});

/** What `collect --at` prints, and says on standard error. */
const printed = async (
  now: string,
  atMs: number,
  names: readonly string[] = [],
): Promise<{ text: string; warnings: string[] }> => {
  const chunks: Buffer[] = [];
  const warnings: string[] = [];
  const runs = await collect(kit, {
    names,
    now: new Date(now),
    at: new Date(atMs),
    format: 'text',
    write: (bytes) => void chunks.push(bytes),
    warn: (message) => void warnings.push(message),
  });
  expect(runs.every(({ state }) => state.up)).toBe(true);
  return { text: Buffer.concat(chunks).toString('utf8'), warnings };
};

/** Each line with a value. */
const lines = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .sort();

describe('what was so at a moment of the past', () => {
  it.each([1, 2])('is what the backfill has at that step, for every series (seed %i)', async (seed) => {
    const world = new TeamWorld(seed);
    for (let i = 0; i < 25; i++) world.anything();
    await world.loadElsewhere(server);
    await kit.learn(world.now);
    const fromMs = Date.parse('2026-01-04T00:00:00Z');
    const stepMs = Math.floor((Date.parse(world.now) - fromMs) / 4);
    const timeline = createDatabaseTimeline({
      collectors: kit.library.collectors,
      reader: kit.reader,
      values: kit.values(world.now),
      targetLabels: {},
    });
    const steps: { atMs: number; lines: string[] }[] = [];
    await walkSteps(
      timeline,
      { fromMs, toMs: fromMs + 4 * stepMs, stepMs },
      {
        step({ atMs, values }) {
          const found = timeline.series.flatMap(({ name, labels }, i) =>
            Number.isNaN(values[i] ?? Number.NaN) ? [] : [`${name}${renderLabels(labels)} ${values[i]}`],
          );
          steps.push({ atMs, lines: found.sort() });
          return undefined;
        },
      },
    );
    expect(steps).toHaveLength(5);
    expect(steps.at(-1)?.lines.length).toBeGreaterThan(100);
    for (const { atMs, lines: expected } of steps) {
      const found = lines((await printed(world.now, atMs)).text);
      const wanted = new Set(expected);
      expect([atMs, found.filter((line) => !wanted.has(line))]).toEqual([atMs, []]);
      // A counter that begins before the next step is 0 already at this one.
      const begun = new Set(found);
      const only0 = expected.filter((line) => !begun.has(line) && !line.endsWith(' 0'));
      expect([atMs, only0]).toEqual([atMs, []]);
    }
  });

  it('begins at the very moment, and nothing was there before the first project', async () => {
    await exampleTaiga().load(server);
    const movedMs = Date.parse(NOW) - 20 * DAY_MS;
    const inProgress = async (atMs: number): Promise<number> =>
      new Metrics((await printed(NOW, atMs, ['issues'])).text).sum('taiga_issues', {
        project: 'shop',
        status: 'In progress',
      });
    expect(await inProgress(movedMs - MINUTE_MS)).toBe(0);
    expect(await inProgress(movedMs - 1)).toBe(0);
    expect(await inProgress(movedMs)).toBe(1);
    expect(await inProgress(Date.parse(NOW) - MINUTE_MS)).toBe(1);

    const { text, warnings } = await printed(NOW, Date.parse('2019-12-31T00:00:00Z'));
    expect(text).toBe('');
    const untold = kit.library.collectors
      .filter((definition) => !hasPast(definition))
      .map(({ name }) => name);
    expect(warnings).toEqual([`left out, as they cannot tell the past: ${untold.join(', ')}`]);
  });
});
