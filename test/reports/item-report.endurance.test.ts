import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasSample, SAMPLE_NOW } from '../support/ground-truth.js';
import { hasPostgres } from '../support/postgres.js';
import {
  finalNames,
  type ItemLine,
  isItemLine,
  keyOf,
  momentOf,
  readDiary,
  statusKey,
} from '../support/true-past.js';
import { openSampleReports, type SampleReports } from './sample-reports.js';

const PROJECTS = ['marialopez-webshop', 'helensmith-helpdesk', 'jonasweber-platform'];
const OF_EACH_PROJECT = 12;

/** An item's life as the diary of the simulation has it. */
interface TrueLife {
  readonly name: string;
  readonly kind: string;
  /** Where it was born, and with which number. */
  readonly project: string;
  readonly ref: number;
  readonly bornAt: number;
  readonly diedAt: number | undefined;
  readonly statuses: readonly (readonly [at: number, name: string])[];
  readonly points: readonly (number | null)[];
  readonly sprints: readonly string[];
}

/** Of each project some of all kinds, all that were moved, and some that were deleted. */
function trueLives(): TrueLife[] {
  const diary = readDiary();
  const names = finalNames(diary);
  const lines = new Map<string, ItemLine[]>();
  for (const line of diary)
    if (isItemLine(line)) lines.set(keyOf(line), [...(lines.get(keyOf(line)) ?? []), line]);
  const told = [...lines.values()].filter((life) => {
    const [first] = life;
    // Of these no record tells the first move, or the last one.
    return (
      first?.op === 'create' &&
      !first.promoted_from &&
      !life.some(({ op, silent }) => op === 'status' && silent)
    );
  });
  const chosen = PROJECTS.flatMap((project) => {
    const own = told.filter(([first]) => first?.project === project);
    const step = Math.ceil(own.length / OF_EACH_PROJECT);
    const deleted = own.filter((life) => life.some(({ op, via }) => op === 'delete' && via !== 'promoted'));
    return [
      ...own.filter((_, i) => i % step === 0),
      ...own.filter((life) => life.some(({ op }) => op === 'move_project')),
      ...deleted.slice(0, 3),
    ];
  });
  return [...new Set(chosen)].map((life) => lifeOf(life, names));
}

function lifeOf(life: readonly ItemLine[], names: ReadonlyMap<string, string>): TrueLife {
  const [first] = life;
  if (!first) throw new Error('a life without a line');
  const { type: kind, project, ref = 0 } = first;
  const name = (id: number | undefined): string => names.get(statusKey(kind, id)) ?? '';
  const death = life.find(({ op }) => op === 'delete');
  const changes = <T>(values: readonly T[]): T[] =>
    values.filter((value, i) => i === 0 || value !== values[i - 1]);
  return {
    ...{ name: `${project} ${kind} ${ref}`, kind, project, ref },
    bornAt: momentOf(first),
    diedAt: death && momentOf(death),
    statuses: life.flatMap((line) => {
      if (line.op === 'create') return [[momentOf(line), name(line.status_id)] as const];
      return line.op === 'status' || line.op === 'move_project'
        ? [[momentOf(line), name(line.to_id)] as const]
        : [];
    }),
    points: changes(
      life.filter(({ op }) => op === 'create' || op === 'points').map(({ total }) => total ?? null),
    ),
    sprints: changes(
      life.flatMap((line) => {
        if (line.op === 'create') return [line.milestone ?? ''];
        return line.op === 'sprint' ? [line.to ?? ''] : [];
      }),
    ).filter((sprint) => sprint !== ''),
  };
}

describe.skipIf(!hasSample || !hasPostgres)(
  'the lives of items of the sample (skipped without ../shared/taiga or PostgreSQL on the machine)',
  () => {
    let sample: SampleReports;
    beforeAll(async () => {
      sample = await openSampleReports();
    });
    afterAll(() => sample?.close());

    const lives = hasSample ? trueLives() : [];

    it('are those of many items, of all kinds, some of which were deleted', () => {
      expect(lives.length).toBeGreaterThan(36);
      expect(new Set(lives.map(({ kind }) => kind)).size).toBe(4);
      expect(lives.filter(({ diedAt }) => diedAt !== undefined).length).toBeGreaterThan(4);
    });

    it.each(lives)('$name', async ({ kind, project, ref, bornAt, diedAt, statuses, points, sprints }) => {
      const found = await sample.lifeOf(project, ref);
      const stays = found.stays ?? [];
      // A row is written a moment after what it tells.
      const near = (time: unknown, at: number): boolean => Math.abs(Date.parse(String(time)) - at) < 2000;

      expect(stays.map(({ status }) => status)).toEqual(statuses.map(([, name]) => name));
      expect(stays.filter(({ since }, i) => !near(since, statuses[i]?.[0] ?? 0))).toEqual([]);
      expect(stays.slice(1).map(({ since }) => since)).toEqual(stays.slice(0, -1).map(({ until }) => until));
      const end = stays.at(-1)?.until;
      if (diedAt === undefined) expect(end).toBeNull();
      else expect(near(end, diedAt)).toBe(true);

      const life = ((diedAt ?? Date.parse(SAMPLE_NOW)) - bornAt) / 1000;
      const spent = (found.time_in_status ?? []).reduce((sum, { time }) => sum + Number(time), 0);
      expect(Math.abs(spent - life)).toBeLessThan(4);

      const shown = (found.points ?? []).map((row) => row.points);
      if (kind === 'userstory') expect(shown).toEqual(points.every((value) => value === null) ? [] : points);
      if (kind !== 'task') expect((found.sprints ?? []).map(({ sprint }) => sprint)).toEqual(sprints);
    });
  },
);
