import { readApiStats, SAMPLE_NOW } from './ground-truth.js';
import type { Kit } from './kit.js';
import { add, rounded, type Samples, type Table } from './samples.js';
import type { TaigaRecords } from './taiga-records.js';
import { AGES, type Age, type TrueAges } from './true-ages.js';
import { BOARD_GAUGES, type TrueGauge } from './true-board.js';
import type { DiaryLine } from './true-past.js';
import { PLAN_GAUGES } from './true-plans.js';
import { AS_RECORDED, type TrueWork, WHAT_WAS, WorkReplay } from './true-work.js';

/*
 * The sample's year moment by moment: what the product tells against what the diary tells. Both are looked at and let
 * go, because a month of hours is more than can be kept.
 */

/** A line of the exposition, as one table. */
export interface Lines {
  /** With its suffix. */
  readonly name: string;
  readonly labels: readonly string[];
  readonly count: (work: TrueWork, atMs: number) => Table;
}

/** What came of comparing one line of the exposition at all moments. */
export interface Compared {
  readonly name: string;
  /** How many values were compared: of each moment all that are not 0 on either side. */
  values: number;
  /** How many of them were otherwise than Taiga's records can tell. */
  exceptions: number;
  /** Where the product disagrees with the diary as far as the records can tell it. */
  readonly differences: Difference[];
}

export interface Difference {
  readonly at: string;
  readonly labels: string;
  readonly told: number;
  readonly truth: number;
}

/** Compares at these moments, which must ascend; `past` is what the product tells of each. */
export function compareWholePast(
  past: readonly Samples[],
  moments: readonly number[],
  diary: readonly DiaryLine[],
  records: TaigaRecords,
  lines: readonly Lines[],
): Compared[] {
  const was = new WorkReplay(diary, records, WHAT_WAS);
  const recorded = new WorkReplay(diary, records, AS_RECORDED);
  const compared = lines.map(({ name }): Compared => ({ name, values: 0, exceptions: 0, differences: [] }));
  for (const [i, moment] of moments.entries()) {
    const whatWas = was.at(moment);
    const whatIsRecorded = recorded.at(moment);
    for (const [n, { name, labels, count }] of lines.entries()) {
      const result = compared[n];
      const truth = count(whatIsRecorded, moment);
      if (!result) continue;
      for (const difference of differing(past[i]?.table(name, labels) ?? {}, truth, result))
        result.differences.push({ at: new Date(moment).toISOString(), ...difference });
      result.exceptions += differing(count(whatWas, moment), truth).length;
    }
  }
  return compared;
}

function differing(
  told: Table,
  truth: Table,
  result = { values: 0 },
): { labels: string; told: number; truth: number }[] {
  const differences = [];
  for (const labels of new Set([...Object.keys(told), ...Object.keys(truth)])) {
    const [a, b] = [told[labels] ?? 0, truth[labels] ?? 0];
    if (a !== 0 || b !== 0) result.values += 1;
    if (a !== b) differences.push({ labels, told: a, truth: b });
  }
  return differences;
}

/** The collectors that tell what is compared. */
export const WHOLE_PAST_COLLECTORS = [
  ...['items_unassigned', 'assigned_items', 'items_stale', 'due_dates', 'userstories_unestimated', 'wip'],
  ...['sprint_tasks', 'epics', 'sprints', 'projects', 'members', 'issue_types', 'item_age', 'column_ages'],
] as const;

/** 50 moments of the year, and every full hour of 30 busy days in which a status was deleted and a member left. */
export function wholePastMoments(): number[] {
  const from = Date.parse('2025-11-17T07:00:00Z');
  const now = Date.parse(SAMPLE_NOW);
  const month = Date.parse('2026-06-16T00:00:00Z');
  return [
    ...Array.from({ length: 50 }, (_, i) => from + Math.round(((now - from) * (i + 1)) / 50)),
    ...Array.from({ length: 30 * 24 }, (_, hour) => month + hour * 3_600_000),
  ].sort((a, b) => a - b);
}

/** All that is compared; the buckets of distributions are as the collectors have them. */
export function wholePastLines(kit?: Kit): Lines[] {
  const bucketsOf = ({ collector, metric }: TrueAges): readonly number[] =>
    kit?.collector(collector).metrics.find(({ name }) => name === metric)?.buckets ?? [];
  return [
    ...[...BOARD_GAUGES, ...PLAN_GAUGES, ISSUE_TYPES].map(({ metric, labels, count }) => ({
      name: metric,
      labels,
      count: (work: TrueWork, atMs: number) => rounded(count(work, atMs)),
    })),
    ...AGES.flatMap((ages) => linesOfAges(ages, bucketsOf(ages))),
  ];
}

function linesOfAges({ metric, labels, read }: TrueAges, buckets: readonly number[]): Lines[] {
  const line = (suffix: string, moreLabels: readonly string[], count: (ages: readonly Age[]) => Table) => ({
    name: metric + suffix,
    labels: [...labels, ...moreLabels],
    count: (work: TrueWork, atMs: number) => count(read(work, atMs)),
  });
  return [
    line('_count', [], (ages) => {
      const table: Table = {};
      for (const age of ages) add(table, age.labels);
      return table;
    }),
    // Each age is known to the microsecond and counted in whole milliseconds.
    line('_sum', [], (ages) => {
      const table: Table = {};
      for (const age of ages) add(table, age.labels, Math.round(age.ms));
      return rounded(Object.fromEntries(Object.entries(table).map(([key, sum]) => [key, sum / 1000])));
    }),
    line('_bucket', ['le'], (ages) => {
      const table: Table = {};
      for (const age of ages) {
        for (const bound of buckets)
          if (age.ms <= bound * 1000) add(table, `${age.labels} | ${bound.toFixed(1)}`);
        add(table, `${age.labels} | +Inf`);
      }
      return table;
    }),
  ];
}

/** Types of issues are as they are today for as long as their project has been there. */
const ISSUE_TYPES: TrueGauge = {
  metric: 'taiga_issue_type_info',
  labels: ['project', 'issue_type', 'bug'],
  count: ({ projects }) => {
    const table: Table = {};
    for (const { slug, detail } of readTypes())
      if (projects.has(slug))
        for (const { name } of detail.body.issue_types) add(table, `${slug} | ${name} | ${isBug(name)}`);
    return table;
  },
};

let types: ReturnType<typeof readApiStats> | undefined;
function readTypes(): ReturnType<typeof readApiStats> {
  types ??= readApiStats();
  return types;
}

/** As far as the sample's types go. */
const isBug = (type: string): boolean => ['Bug', 'Incident'].includes(type);
