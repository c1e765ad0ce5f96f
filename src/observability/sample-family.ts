import { labelsOf } from '../collectors/labels.js';
import type { Sample, SampleFamily } from '../exposition/format.js';

/** A gauge of the service itself. */
export function gauge(name: string, help: string, samples: readonly Sample[]): SampleFamily {
  return { name, type: 'gauge', help, samples: () => samples };
}

/** A counter of the service itself; its name ends in `_total`. */
export function counter(name: string, help: string, samples: readonly Sample[]): SampleFamily {
  return { name, type: 'counter', help, samples: () => samples };
}

/** One sample; no sample when the value is undefined. */
export function sampleOf(
  value: number | undefined,
  labels: Readonly<Record<string, string>> = {},
): readonly Sample[] {
  if (value === undefined) return [];
  return [{ suffix: '', labels: labelsOf(labels), value }];
}

/** Converts milliseconds to seconds, Prometheus' base unit. */
export function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
