import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bugflow } from '../support/bugflow.js';
import { hasSample, readSampleSql } from '../support/ground-truth.js';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { replayTold } from '../support/told-past.js';
import { readDiary, type TrueEvent } from '../support/true-past.js';

const PROJECTS = ['marialopez-webshop', 'helensmith-helpdesk', 'jonasweber-platform'];
/** A day, a week, and a quarter; in UTC, as the configuration names no time zone. */
const PERIODS = [
  ['2026-06-16', '2026-06-16'],
  ['2026-03-23', '2026-03-29'],
  ['2026-07-01', '2026-09-30'],
] as const;

interface Details {
  readonly sections: readonly {
    readonly section: string;
    readonly rows: readonly Record<string, unknown>[];
  }[];
}

/** The flow of the day against the diary of the simulation that made the sample. */
describe.skipIf(!hasSample || !hasPostgres)(
  'reports of the sample (skipped without ../shared/taiga or PostgreSQL on the machine)',
  () => {
    let cluster: Cluster;
    let url: string;
    let moves: readonly TrueEvent[];
    let movedPoints: readonly TrueEvent[];

    beforeAll(async () => {
      cluster = await startPostgres();
      await cluster.query("CREATE DATABASE taiga ENCODING 'UTF8' TEMPLATE template0");
      cluster.load(readSampleSql(), 'taiga');
      url = cluster.urlWith({ database: 'taiga' });
      const { events } = replayTold(readDiary());
      ({ moves, movedPoints } = events);
    });
    afterAll(() => cluster?.close());

    describe.each(PROJECTS)('%s', (project) => {
      it.each(PERIODS)('from %s to %s', async (from, to) => {
        const args = ['--project', project, '--from', from, '--to', to, '--format', 'json'];
        const { status, stdout } = await bugflow(['report', 'flow_of_the_day', ...args], {
          TAIGA_DATABASE_URL: url,
        });
        expect(status).toBe(0);
        const { sections } = JSON.parse(stdout) as Details;
        const [summary = [], details = []] = ['flow_summary', 'flow_details'].map(
          (name) => sections.find(({ section }) => section === name)?.rows,
        );
        const isWithin = ({ at, labels }: TrueEvent): boolean =>
          labels.startsWith(`${project} | `) &&
          at >= Date.parse(from) &&
          at < Date.parse(to) + 24 * 60 * 60 * 1000;

        const found = details.map((row) =>
          [row.project, row.kind, row.from_status, row.to_status].join(' | '),
        );
        const expected = moves.filter(isWithin).map(({ labels }) => labels);
        expect(expected.length).toBeGreaterThan(0);
        expect(found.toSorted()).toEqual(expected.toSorted());
        expect(sum(summary.map(({ count }) => Number(count)))).toBe(expected.length);

        const points = sum(movedPoints.filter(isWithin).map(({ amount }) => amount));
        expect(sum(summary.map(({ story_points }) => Number(story_points)))).toBeCloseTo(points, 6);
      });
    });
  },
);

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
