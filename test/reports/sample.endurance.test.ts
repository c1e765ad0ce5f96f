import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasSample, SAMPLE_NOW } from '../support/ground-truth.js';
import { hasPostgres } from '../support/postgres.js';
import { replayTold } from '../support/told-past.js';
import {
  defaultStage,
  type EventName,
  readDiary,
  type TrueEvent,
  type TrueEvents,
} from '../support/true-past.js';
import { openSampleReports, type SampleReports } from './sample-reports.js';

const PROJECTS = ['marialopez-webshop', 'helensmith-helpdesk', 'jonasweber-platform'];
/** A day, a week, and a quarter; in UTC, as the configuration names no time zone. */
const PERIODS = [
  ['2026-06-16', '2026-06-16'],
  ['2026-03-23', '2026-03-29'],
  ['2026-07-01', '2026-09-30'],
] as const;

const DAY_MS = 24 * 60 * 60 * 1000;

/** What reports count against the diary of the simulation that made the sample. */
describe.skipIf(!hasSample || !hasPostgres)(
  'reports of the sample (skipped without ../shared/taiga or PostgreSQL on the machine)',
  () => {
    let sample: SampleReports;
    let events: TrueEvents;
    /** `project | kind | status` */
    let closedStatuses: ReadonlySet<string>;

    beforeAll(async () => {
      sample = await openSampleReports();
      const diary = readDiary();
      ({ events } = replayTold(diary));
      closedStatuses = new Set(
        diary.flatMap((line) => (line.to_closed ? `${line.project} | ${line.type} | ${line.to}` : [])),
      );
    });
    afterAll(() => sample?.close());

    it.each(['bugs', 'flow', 'hygiene', 'portfolio', 'week'])(
      '%s misses nothing by not reading the items that rest',
      async (report) => {
        const [, [from, to]] = PERIODS;
        expect(await sample.sectionsOf(report, [], from, to)).toEqual(
          await sample.allSectionsOf(report, [], from, to),
        );
      },
    );

    describe.each(PROJECTS)('%s', (project) => {
      describe.each(PERIODS)('from %s to %s', (from, to) => {
        const isWithin = during(project, from, to);

        it('every move is in the flow of the day, with its points', async () => {
          const { flow_summary = [], flow_details = [] } = await sample.sectionsOf(
            'flow_of_the_day',
            [project],
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
        const sections = await sample.sectionsOf('week', [project], from, to);
        const { in_and_out = [], by_kind = [] } = sections;
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
        // The items behind these numbers.
        for (const name of ['created', 'started', 'closed', 'reopened'] as const) {
          const listed = (sections[name] ?? []).map((row) => `${row.kind} ${String(row.at).slice(0, 19)}`);
          const expected = events[name]
            .filter(isWithin)
            .map(({ at, labels }) => `${labels.split(' | ')[1]} ${new Date(at).toISOString().slice(0, 19)}`);
          expect([name, listed.toSorted()]).toEqual([name, expected.toSorted()]);
          expect(expected.length).toBeLessThan(200);
        }
        const closed = count('closed', 'userstory') + count('closed', 'issue');
        expect(in_and_out).toMatchObject([{ closed }]);
      });

      it('the flow has every closing: in its week, and with its cycle time', async () => {
        const [, , [from, to]] = PERIODS;
        const isAsked = during(project, from, to);
        const {
          throughput = [],
          cycle_time = [],
          speed = [],
          closings = [],
          steadiness = [],
        } = await sample.sectionsOf('flow', [project], from, to);
        const closed = (kind: string) =>
          events.closed.filter((event) => isAsked(event) && event.labels === `${project} | ${kind}`);
        const [userstories, issues] = [closed('userstory'), closed('issue')];
        const inWeek = (all: readonly TrueEvent[], monday: unknown): number =>
          all.filter(({ at }) => Math.floor((at - Date.parse(String(monday))) / DAY_MS / 7) === 0).length;
        expect(throughput[0]?.week).toBe('2026-06-29');
        expect(throughput).toEqual(
          throughput.map(({ week }) => ({
            week,
            userstories: inWeek(userstories, week),
            issues: inWeek(issues, week),
          })),
        );
        expect(sum(throughput.map((row) => Number(row.userstories) + Number(row.issues)))).toBe(
          userstories.length + issues.length,
        );
        expect(speed).toMatchObject([{ closed: userstories.length + issues.length }]);
        expect(closings).toHaveLength(Math.min(200, userstories.length + issues.length));
        // June 29 to July 5 began before the period, and September 28 to October 4 ends after it.
        expect(steadiness).toEqual(
          throughput.slice(1, -1).map((row) => ({
            week: row.week,
            closed: Number(row.userstories) + Number(row.issues),
          })),
        );
        const expected = events.cycleTime.filter(
          (event) => isAsked(event) && /(userstory|issue)$/.test(event.labels),
        );
        expect(expected.length).toBeGreaterThan(0);
        const ascending = (seconds: readonly number[]): number[] => seconds.toSorted((a, b) => a - b);
        expect(ascending(cycle_time.map((row) => Math.round(Number(row.cycle_time))))).toEqual(
          ascending(expected.map(({ amount }) => Math.round(amount))),
        );
      });

      it('the flow efficiency is the share of the time in progress that was active', async () => {
        const [, , [from, to]] = PERIODS;
        const isAsked = during(project, from, to);
        const { speed = [] } = await sample.sectionsOf('flow', [project], from, to);
        const spent = (stage: string): number =>
          sum(
            events.statusTime
              .filter((event) => {
                const [, kind = '', status = ''] = event.labels.split(' | ');
                const isCounted = isAsked(event) && (kind === 'userstory' || kind === 'issue');
                return isCounted && defaultStage(status, closedStatuses.has(event.labels)) === stage;
              })
              .map(({ amount }) => amount),
          );
        const [active, waiting] = [spent('active'), spent('waiting')];
        expect(active + waiting).toBeGreaterThan(0);
        expect(Number(speed[0]?.flow_efficiency)).toBeCloseTo(active / (active + waiting), 6);
      });

      it("the flow's last day is what Taiga's tables say now", async () => {
        const { cumulative_flow = [], open = [] } = await sample.sectionsOf('flow', [project], '2026-10-01');
        const last = cumulative_flow.filter(
          ({ day, stage }) => day === SAMPLE_NOW.slice(0, 10) && stage !== 'closed',
        );
        const client = new pg.Client(sample.url);
        await client.connect();
        const { rows } = await client.query(OPEN_NOW, [project]);
        await client.end();
        expect(sum(last.map(({ items }) => Number(items)))).toBe(Number(rows[0].open));
        expect(open).toHaveLength(Math.min(200, Number(rows[0].open)));
      });
    });
  },
);

/** Without the product's relations. */
const OPEN_NOW = `
  SELECT
    (SELECT count(*) FROM userstories_userstory AS u WHERE u.project_id = p.id AND NOT u.is_closed)
    + (
      SELECT count(*)
      FROM issues_issue AS i
      JOIN projects_issuestatus AS s ON s.id = i.status_id
      WHERE i.project_id = p.id AND NOT s.is_closed
    ) AS open
  FROM projects_project AS p
  WHERE p.slug = $1`;

/** Whether an event is one of the project, on one of these days. */
function during(project: string, from: string, to: string): (event: TrueEvent) => boolean {
  return ({ at, labels }) =>
    labels.startsWith(`${project} | `) && at >= Date.parse(from) && at < Date.parse(to) + DAY_MS;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
