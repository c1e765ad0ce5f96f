import type { Labels } from '../collectors/labels.js';

/** One series as Prometheus knows it. */
export interface Series {
  readonly name: string;
  /** Including those that scrapes add. */
  readonly labels: Labels;
  /** Whether it only grows, from 0, as counters and histograms do. */
  readonly isCumulative?: boolean;
}

/** A series has a new value from this moment on. */
export interface Change {
  /** Unix milliseconds. */
  readonly atMs: number;
  /** The index in the timeline's series. */
  readonly series: number;
  readonly value: number;
  /** The value as a function of time, where it goes on changing by itself as a sum of ages does. */
  readonly valueAt?: ((atMs: number) => number) | undefined;
}

/** A series that depends only on time. */
export interface ComputedSeries {
  /** The index in the timeline's series. */
  readonly series: number;
  readonly valueAt: (atMs: number) => number;
}

/** The team's past: series that change over time. */
export interface Timeline {
  /** Grows while the changes are read; a series is added before its first change. */
  readonly series: readonly Series[];
  /** Series that depend only on time; they begin when the first other series does. */
  readonly computed?: readonly ComputedSeries[];
  /** All changes, in batches, in order of time; can be read once. */
  changes(): AsyncIterable<readonly Change[]>;
}
