import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseTimeline } from '../../src/backfill/database-timeline.js';
import { hasSample, readSampleSql, SAMPLE_NOW } from '../support/ground-truth.js';
import { type Kit, openKit } from '../support/kit.js';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { Samples, samplesAt } from '../support/samples.js';
import { readTaigaRecords, type TaigaRecords } from '../support/taiga-records.js';
import { type DiaryLine, isItemLine, keyOf, momentOf, readDiary } from '../support/true-past.js';
import {
  type Compared,
  compareWholePast,
  WHOLE_PAST_COLLECTORS,
  wholePastGauges,
  wholePastMoments,
} from '../support/whole-past.js';

const HELPDESK = 'helensmith-helpdesk';

/**
 * What boards, plans and ages were over the sample's year, against the diary of the simulation that made it: at 50
 * moments, and at every full hour of 30 busy days. Where Taiga's own records cannot tell, the very cases are named
 * here, with their number: anything further fails.
 */
describe.skipIf(!hasSample || !hasPostgres)(
  'the whole past of the sample (skipped without ../shared/taiga or PostgreSQL on the machine)',
  () => {
    let cluster: Cluster;
    let kit: Kit;
    let diary: DiaryLine[];
    let records: TaigaRecords;
    let compared: Map<string, Compared>;
    let end: Samples | undefined;

    beforeAll(async () => {
      cluster = await startPostgres();
      await cluster.query("CREATE DATABASE taiga ENCODING 'UTF8' TEMPLATE template0");
      cluster.load(readSampleSql(), 'taiga');
      const url = cluster.urlWith({ database: 'taiga' });
      kit = await openKit(url);
      await kit.learn(SAMPLE_NOW);
      diary = readDiary();
      records = await readTaigaRecords(url);
      const timeline = createDatabaseTimeline({
        collectors: WHOLE_PAST_COLLECTORS.map((name) => kit.collector(name)),
        reader: kit.reader,
        values: kit.values(SAMPLE_NOW),
        targetLabels: {},
      });
      const moments = wholePastMoments();
      const past = await samplesAt(timeline, moments);
      end = past.at(-1);
      const results = compareWholePast(past, moments, diary, records, wholePastGauges(kit));
      compared = new Map(results.map((result) => [result.metric, result]));
    });
    afterAll(async () => {
      await kit?.close();
      await cluster?.close();
    });

    it.each(wholePastGauges().map(({ metric }) => metric))('%s is right at every moment', (metric) => {
      const result = compared.get(metric);
      expect(result?.differences).toEqual([]);
      expect(result?.values).toBeGreaterThan(700);
    });

    it('the past ends where the present begins, to the bit', async () => {
      const families = await Promise.all(WHOLE_PAST_COLLECTORS.map((name) => kit.families(name, SAMPLE_NOW)));
      const lines = Samples.of(families.flat()).lines();
      expect(Object.keys(lines).length).toBeGreaterThan(1000);
      expect(end?.lines((line) => line in lines)).toEqual(lines);
    });

    describe('what Taiga’s records cannot tell', () => {
      it('is that 6 issues were open until the flag of their status was changed', () => {
        const [change, ...more] = diary.filter(({ action }) => action === 'set_closed');
        expect([change?.project, change?.name, change?.t, more]).toEqual([
          HELPDESK,
          'Duplicate',
          '2026-01-26T09:15:02.835616Z',
          [],
        ]);
        const entered = diary.filter(({ type, to_id: to }) => type === 'issue' && to === change?.id);
        expect(entered.filter(({ t }) => t < (change?.t ?? ''))).toHaveLength(6);
      });

      it('is that 5 issues left a deleted status, which no row tells before the first of them moved on', () => {
        const silent = diary.filter(isItemLine).filter((line) => line.silent);
        expect(silent.map(({ project, t, from, to }) => [project, t, from, to])).toEqual(
          new Array<string[]>(5).fill([
            HELPDESK,
            '2026-07-05T09:15:05.511836Z',
            'Waiting for vendor',
            'Needs Info',
          ]),
        );
        const moved = new Set(silent.map(keyOf));
        const next = diary
          .filter(isItemLine)
          .filter(({ op, silent: isSilent, t }) => op === 'status' && !isSilent && t > '2026-07-05');
        expect(next.filter((line) => moved.has(keyOf(line))).map(({ t }) => t)).toEqual([
          '2026-07-08T12:11:44.427836Z',
          '2026-07-09T09:03:39.898570Z',
        ]);
      });

      it('changes nothing else, and so many values', () => {
        const exceptions = [...compared.values()].flatMap(({ metric, exceptions: found }) =>
          found.map((each) => ({ metric, ...each })),
        );
        for (const { metric, at, labels } of exceptions) {
          expect(labels).toMatch(/^helensmith-helpdesk \| issue/);
          if (at < '2026-01-26T09:15:03') continue;
          expect(metric).toMatch(/^taiga_status_age_seconds_/);
          expect(at > '2026-07-05T09:15:05').toBe(true);
          expect(labels).toMatch(/\| (Waiting for vendor|Needs Info) \|/);
        }
        const counts = [...compared.values()].map(
          ({ metric, exceptions: { length } }) => [metric, length] as const,
        );
        expect(Object.fromEntries(counts.filter(([, count]) => count > 0))).toEqual({
          taiga_assigned_items: 14,
          taiga_items_stale: 6,
          taiga_items_overdue: 7,
          taiga_item_age_seconds_count: 7,
          taiga_item_age_seconds_sum: 7,
          taiga_item_age_seconds_bucket: 39,
          taiga_status_age_seconds_count: 150,
          taiga_status_age_seconds_sum: 348,
          taiga_status_age_seconds_bucket: 2699,
        });
      });
    });

    it('rows of Taiga’s tell what the diary does not hold: 9 epics’ assignees, 120 acts, what was planned once', () => {
      const { epicAssignees, quietActs, plans } = records;
      expect(epicAssignees.size).toBe(9);
      const known = new Set(diary.filter(isItemLine).map((line) => `${keyOf(line)} ${momentOf(line)}`));
      expect(quietActs.filter(({ item, at }) => !known.has(`${item} ${at}`))).toHaveLength(104 + 16);
      expect(plans.filter(({ points, sprints }) => points !== null || sprints !== null)).toEqual([
        {
          project: 'marialopez-webshop',
          at: Date.parse('2025-11-17T07:09:54.566Z') + 0.307,
          points: 2600,
          sprints: 28,
        },
      ]);
    });
  },
);
