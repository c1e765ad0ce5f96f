import type { Labels } from '../collectors/labels.js';

/** One series as Prometheus knows it. */
export interface Series {
  readonly name: string;
  /** With those that scrapes add. */
  readonly labels: Labels;
  /** Whether it only grows, from 0 on, as counters and histograms do. */
  readonly isCumulative?: boolean;
}

/** From this moment on a series has this value. */
export interface Change {
  /** Unix milliseconds. */
  readonly atMs: number;
  /** Index in the timeline's series. */
  readonly series: number;
  readonly value: number;
  /** What it is worth from then on, if it goes on changing by itself: the sum of ages does. */
  readonly valueAt?: ((atMs: number) => number) | undefined;
}

/** A series that nothing changes but time. */
export interface ComputedSeries {
  /** Index in the timeline's series. */
  readonly series: number;
  readonly valueAt: (atMs: number) => number;
}

/** The team's past, as series that change in the course of time. */
export interface Timeline {
  /** Grows while the changes are read: a series is there before its first change. */
  readonly series: readonly Series[];
  /** Series that follow from the moment alone: there as soon as any other is. */
  readonly computed?: readonly ComputedSeries[];
  /** Everything that changed, in batches, in order of time; can be read once. */
  changes(): AsyncIterable<readonly Change[]>;
}
