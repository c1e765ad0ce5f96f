import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Kit, openKit } from '../support/kit.js';
import { describeOnPostgres } from '../support/postgres.js';
import type { Samples, Table } from '../support/samples.js';
import { readCounters, readMismatches, readPast } from '../support/telling.js';
import type { Line } from './diary.js';
import { type Event, type Replay, replay, totals } from './replay.js';
import { SampleTeam } from './sample-team.js';

const WEEK_MS = 7 * 86_400_000;
const PLACE = ['project', 'kind'];

describeOnPostgres('three months of a small team', (server) => {
  let kit: Kit;
  let team: SampleTeam;
  let diary: readonly Line[];
  let truth: Replay;
  /** The ends of its weeks, and now. */
  let moments: readonly number[];
  let past: readonly Samples[];

  beforeAll(async () => {
    ({ team, diary } = SampleTeam.work());
    truth = replay(diary);
    await team.load(server());
    kit = await openKit(server().url);
    const [begin, end] = [Date.parse('2026-01-12T00:00:00Z'), Date.parse(team.now)];
    moments = [
      ...Array.from({ length: Math.ceil((end - begin) / WEEK_MS) }, (_, i) => begin + i * WEEK_MS),
      end,
    ];
    past = await readPast(
      kit,
      moments.map((moment) => new Date(moment).toISOString()),
    );
  });
  afterAll(async () => {
    await team?.close();
    await kit?.close();
  });

  const seconds = (table: Table): Table =>
    Object.fromEntries(Object.entries(table).map(([labels, ms]) => [labels, ms / 1000]));

  it('is the one of which the diary tells', async () => {
    await expect(diary.map((line) => `${JSON.stringify(line)}\n`).join('')).toMatchFileSnapshot(
      'diary.jsonl',
    );
  });

  it('is counted as it was', async () => {
    const counters = await readCounters(kit, team.now);
    for (const name of ['created', 'closed', 'reopened', 'deleted'] as const)
      expect([name, counters.table(`taiga_items_${name}_total`, PLACE)]).toEqual([
        name,
        totals(truth.events, name),
      ]);
    expect(counters.table('taiga_status_transitions_total', [...PLACE, 'from', 'to'])).toEqual(
      totals(truth.events, 'moved'),
    );
    for (const [metric, name] of [
      ['lead', 'leadTime'],
      ['cycle', 'cycleTime'],
    ] as const)
      expect([metric, counters.table(`taiga_${metric}_time_seconds_sum`, PLACE)]).toEqual([
        metric,
        seconds(totals(truth.events, name)),
      ]);
  });

  it('is shown at the end of each week as it was then', async () => {
    for (const [i, moment] of moments.entries()) {
      const at = new Date(moment).toISOString();
      expect([at, past[i]?.table('taiga_items', ['project', 'kind', 'status'])]).toEqual([
        at,
        truth.itemsAt(moment),
      ]);
      expect([at, past[i]?.table('taiga_userstory_points', ['project', 'closed'])]).toEqual([
        at,
        truth.pointsAt(moment),
      ]);
    }
    expect(await readMismatches(kit, team.now)).toEqual([]);
  });

  it('adds up week by week', () => {
    const told = (metric: string, i: number): Table => {
      const before = past[i - 1]?.table(metric, PLACE) ?? {};
      const growth = Object.entries(past[i]?.table(metric, PLACE) ?? {}).map(
        ([labels, value]): [string, number] => [labels, Number((value - (before[labels] ?? 0)).toFixed(3))],
      );
      return Object.fromEntries(growth.filter(([, value]) => value !== 0));
    };
    const was = (name: Event['name'], i: number): Table =>
      totals(truth.events, name, moments[i], moments[i - 1]);
    for (const [i, moment] of moments.entries()) {
      const week = new Date(moment).toISOString();
      expect([week, told('taiga_items_closed_total', i)]).toEqual([week, was('closed', i)]);
      expect([week, told('taiga_lead_time_seconds_sum', i)]).toEqual([week, seconds(was('leadTime', i))]);
    }
  });
});
