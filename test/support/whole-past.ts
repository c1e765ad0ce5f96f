import { SAMPLE_NOW } from './ground-truth.js';
import type { Kit } from './kit.js';
import type { Samples, Table } from './samples.js';
import type { TaigaRecords } from './taiga-records.js';
import { AGES, ageGauges } from './true-ages.js';
import { BOARD_GAUGES, type TrueGauge } from './true-board.js';
import type { DiaryLine } from './true-past.js';
import { PLAN_GAUGES } from './true-plans.js';
import { AS_RECORDED, WHAT_WAS, WorkReplay } from './true-work.js';

/*
 * Compares the sample's year moment by moment: the product against the diary. Both are dropped after each moment,
 * as a month of hours would not fit into memory.
 */

/** The result of comparing one gauge at all moments. */
export interface Compared {
  readonly metric: string;
  /** The number of compared values: for each moment all that are not 0 on one side. */
  values: number;
  /** Where the truth differs from what Taiga's records can tell. */
  readonly exceptions: Difference[];
  /** Where the product differs from the diary, as far as the records can tell it. */
  readonly differences: Difference[];
}

export interface Difference {
  readonly at: string;
  readonly labels: string;
  readonly told: number;
  readonly truth: number;
}

/** Compares at these moments, which must ascend; `past` is what the product tells for each. */
export function compareWholePast(
  past: readonly Samples[],
  moments: readonly number[],
  diary: readonly DiaryLine[],
  records: TaigaRecords,
  gauges: readonly TrueGauge[],
): Compared[] {
  const was = new WorkReplay(diary, records, WHAT_WAS);
  const recorded = new WorkReplay(diary, records, AS_RECORDED);
  const compared = gauges.map(
    ({ metric }): Compared => ({ metric, values: 0, exceptions: [], differences: [] }),
  );
  for (const [i, moment] of moments.entries()) {
    const whatWas = was.at(moment);
    const whatIsRecorded = recorded.at(moment);
    for (const [n, { metric, labels, count }] of gauges.entries()) {
      const result = compared[n];
      if (!result) continue;
      const truth = count(whatIsRecorded, moment);
      const at = new Date(moment).toISOString();
      result.differences.push(...differing(at, past[i]?.table(metric, labels) ?? {}, truth, result));
      result.exceptions.push(...differing(at, truth, count(whatWas, moment)));
    }
  }
  return compared;
}

function differing(at: string, told: Table, truth: Table, counted = { values: 0 }): Difference[] {
  const differences: Difference[] = [];
  for (const labels of new Set([...Object.keys(told), ...Object.keys(truth)])) {
    const [a, b] = [told[labels] ?? 0, truth[labels] ?? 0];
    if (a !== 0 || b !== 0) counted.values += 1;
    if (a !== b) differences.push({ at, labels, told: a, truth: b });
  }
  return differences;
}

/** The collectors of the compared gauges. */
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

/** All compared gauges; the buckets of distributions come from the collectors. */
export function wholePastGauges(kit?: Kit): TrueGauge[] {
  return [
    ...BOARD_GAUGES,
    ...PLAN_GAUGES,
    ...AGES.flatMap((ages) => ageGauges(ages, kit?.buckets(ages.metric) ?? [])),
  ];
}
