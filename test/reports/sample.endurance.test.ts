import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toJson } from '../../src/reports/formats/json.js';
import { loadReports } from '../../src/reports/library.js';
import { createReports, type Reports } from '../../src/reports/reports.js';
import { createTaiga } from '../../src/taiga/taiga.js';
import { ROOT } from '../support/bugflow.js';
import { hasSample, readSampleSql, SAMPLE_NOW } from '../support/ground-truth.js';
import { type Kit, openKit } from '../support/kit.js';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { replayTold } from '../support/told-past.js';
import { type EventName, readDiary, type TrueEvent, type TrueEvents } from '../support/true-past.js';

const PROJECTS = ['marialopez-webshop', 'helensmith-helpdesk', 'jonasweber-platform'];
/** A day, a week, and a quarter; in UTC, as the configuration names no time zone. */
const PERIODS = [
  ['2026-06-16', '2026-06-16'],
  ['2026-03-23', '2026-03-29'],
  ['2026-07-01', '2026-09-30'],
] as const;

const DAY_MS = 24 * 60 * 60 * 1000;

interface Report {
  readonly sections: readonly {
    readonly section: string;
    readonly rows: readonly Record<string, unknown>[];
  }[];
}

/** What reports count against the diary of the simulation that made the sample. */
describe.skipIf(!hasSample || !hasPostgres)(
  'reports of the sample (skipped without ../shared/taiga or PostgreSQL on the machine)',
  () => {
    let cluster: Cluster;
    let kit: Kit;
    let reports: Reports;
    let events: TrueEvents;

    beforeAll(async () => {
      cluster = await startPostgres();
      await cluster.query("CREATE DATABASE taiga ENCODING 'UTF8' TEMPLATE template0");
      cluster.load(readSampleSql(), 'taiga');
      kit = await openKit(cluster.urlWith({ database: 'taiga' }));
      await kit.learn(SAMPLE_NOW);
      const { relations } = kit.library;
      const { calendar, timeZone } = kit.config;
      const allowSuperuser = true;
      reports = createReports({
        taiga: createTaiga({
          database: kit.database,
          relations,
          values: (at) => kit.values(at),
          allowSuperuser,
        }),
        library: await loadReports({ shippedFolder: join(ROOT, 'reports'), ownFiles: [] }, relations),
        time: { calendar, timeZone },
        taigaUrl: '',
      });
      ({ events } = replayTold(readDiary()));
    });
    afterAll(async () => {
      await kit?.close();
      await cluster?.close();
    });

    /** The rows of a report's sections, by the sections' names. */
    const sectionsOf = async (report: string, project: string, from: string, to: string) => {
      const request = { report, projects: [project], period: { from, to } };
      const { sections } = JSON.parse(toJson(await reports.run(request, new Date(SAMPLE_NOW)))) as Report;
      return Object.fromEntries(sections.map(({ section, rows }) => [section, rows]));
    };

    describe.each(PROJECTS)('%s', (project) => {
      describe.each(PERIODS)('from %s to %s', (from, to) => {
        const isWithin = during(project, from, to);

        it('every move is in the flow of the day, with its points', async () => {
          const { flow_summary = [], flow_details = [] } = await sectionsOf(
            'flow_of_the_day',
            project,
            from,
            to,
          );
          const found = flow_details.map((row) =>
            [row.project, row.kind, row.from_status, row.to_status].join(' | '),
          );
          const expected = events.moves.filter(isWithin).map(({ labels }) => labels);
          expect(expected.length).toBeGreaterThan(0);
          expect(found.toSorted()).toEqual(expected.toSorted());
          expect(sum(flow_summary.map(({ count }) => Number(count)))).toBe(expected.length);
          const points = sum(events.movedPoints.filter(isWithin).map(({ amount }) => amount));
          expect(sum(flow_summary.map(({ story_points }) => Number(story_points)))).toBeCloseTo(points, 6);
        });
      });

      it('the week counts what came in, was started, closed and reopened', async () => {
        const [, [from, to]] = PERIODS;
        const isWithin = during(project, from, to);
        const { in_and_out = [], by_kind = [] } = await sectionsOf('week', project, from, to);
        const count = (name: EventName, kind: string): number =>
          events[name].filter((event) => isWithin(event) && event.labels.split(' | ')[1] === kind).length;
        for (const kind of ['userstory', 'task', 'issue']) {
          const row = by_kind.find((candidate) => candidate.kind === kind);
          const names = ['created', 'started', 'closed', 'reopened'] as const;
          expect([kind, ...names.map((name) => row?.[name] ?? 0)]).toEqual([
            kind,
            ...names.map((name) => count(name, kind)),
          ]);
        }
        const closed = count('closed', 'userstory') + count('closed', 'issue');
        expect(in_and_out).toMatchObject([{ closed }]);
      });
    });
  },
);

/** Whether an event is one of the project, on one of these days. */
function during(project: string, from: string, to: string): (event: TrueEvent) => boolean {
  return ({ at, labels }) =>
    labels.startsWith(`${project} | `) && at >= Date.parse(from) && at < Date.parse(to) + DAY_MS;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
