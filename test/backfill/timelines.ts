import fc from 'fast-check';
import type { Change, Series, Timeline } from '../../src/backfill/timeline.js';
import { labelsOf } from '../../src/collectors/labels.js';

export function seriesNamed(...names: readonly string[]): Series[] {
  return names.map((project) => ({
    name: 'team_items',
    labels: labelsOf({ project, job: 'taiga-bugflow', instance: 'bugflow:10284' }),
  }));
}

/** A timeline of changes that are given, in batches. */
export function timelineOf(
  series: readonly Series[],
  changes: readonly Change[],
  { batch = 3, onBatch }: { batch?: number; onBatch?: (number: number) => Promise<void> | void } = {},
): Timeline {
  return {
    series,
    async *changes() {
      for (let i = 0; i < changes.length; i += batch) {
        await onBatch?.(i / batch);
        yield changes.slice(i, i + batch);
      }
    },
  };
}

/** What a series is worth at a moment, the slow and plain way. */
export function valueAt(changes: readonly Change[], series: number, atMs: number): number {
  return (
    changes.filter((change) => change.series === series && change.atMs <= atMs).at(-1)?.value ?? Number.NaN
  );
}

/** Changes in order of time within a span, also at the same moment, also to nothing (NaN). */
export function arbitraryChanges(options: {
  readonly series: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly maxLength?: number;
}): fc.Arbitrary<Change[]> {
  const { series, fromMs, toMs, maxLength = 60 } = options;
  const second = fc.integer({ min: Math.floor(fromMs / 1000), max: Math.floor(toMs / 1000) });
  return fc
    .array(
      fc.record({
        atMs: fc.oneof(
          second.map((s) => s * 1000),
          second.map((s) => Math.floor(s / 60) * 60_000),
          fc.integer({ min: fromMs, max: toMs }),
        ),
        series: fc.nat(series - 1),
        value: fc.oneof(
          fc.integer({ min: 0, max: 20 }),
          // Texts know no negative zero.
          fc.double({ noNaN: true }).map((value) => (value === 0 ? 0 : value)),
          fc.constant(Number.NaN),
        ),
      }),
      { maxLength },
    )
    .map((changes) => changes.sort((a, b) => a.atMs - b.atMs));
}

/** Deterministic changes of many series: most never change, some often. */
export function busyChanges(options: {
  readonly series: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly changes: number;
}): Change[] {
  const { series, fromMs, toMs, changes } = options;
  const beginning = Array.from({ length: series }, (_, i) => ({ atMs: fromMs - 1, series: i, value: i }));
  const later = Array.from({ length: changes }, (_, i) => ({
    atMs: fromMs + Math.floor(((toMs - fromMs) * i) / changes),
    series: (i * 7919) % series,
    value: i % 5 === 0 ? Math.sin(i) * 1e4 : i,
  }));
  return [...beginning, ...later];
}
