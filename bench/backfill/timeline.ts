import type { Change, Series, Timeline } from '../../src/backfill/timeline.js';
import { labelsOf } from '../../src/collectors/labels.js';

export interface GeneratedTimeline {
  readonly timeline: Timeline;
  readonly changes: number;
}

const CHANGES_PER_BATCH = 1000;
/** Changes in a hundred steps of a series: about as many as in a busy team's metrics. */
const CHANGES_PER_HUNDRED_STEPS = 0.5;

/** Series with labels as long as the real ones. One in ten changes often, the others (buckets of histograms) rarely. */
export function generateTimeline(options: {
  readonly series: number;
  readonly steps: number;
  readonly fromMs: number;
  readonly stepMs: number;
}): GeneratedTimeline {
  const { series: count, steps, fromMs, stepMs } = options;
  const series: Series[] = Array.from({ length: count }, (_, i) => ({
    name: 'taiga_status_duration_seconds_bucket',
    labels: labelsOf({
      project: `webshop-${i % 7}`,
      kind: 'userstory',
      status: `Ready for test ${Math.floor(i / 20)}`,
      stage: 'waiting',
      le: `${(i % 20) * 3600}.0`,
      job: 'taiga-bugflow',
      instance: 'bugflow:10284',
    }),
  }));
  const changes = Math.round((count * steps * CHANGES_PER_HUNDRED_STEPS) / 100);
  const spanMs = steps * stepMs;
  return {
    changes: count + changes,
    timeline: {
      series,
      async *changes() {
        yield series.map((_, i) => ({ atMs: fromMs - 1, series: i, value: i % 97 }));
        for (let done = 0; done < changes; done += CHANGES_PER_BATCH) {
          yield Array.from({ length: Math.min(CHANGES_PER_BATCH, changes - done) }, (_, i): Change => {
            const number = done + i;
            const isBusy = number % 10 !== 0;
            const pick = (number * 7919) % count;
            return {
              atMs: fromMs + Math.floor((spanMs * number) / changes),
              series: isBusy ? pick - (pick % 10) : pick,
              value: number % 13 === 0 ? Math.sin(number) * 1e6 : number,
            };
          });
        }
      },
    },
  };
}
