import type { CollectorDefinition } from '../collectors/definition.js';
import type { Sample, SampleFamily } from '../exposition/format.js';
import type { ParameterValues } from '../taiga/parameters.js';
import type { Reader } from '../taiga/reader.js';
import { createDatabaseTimeline } from './database-timeline.js';
import { walkSteps } from './steps.js';

/** Whether a collector can tell the past. */
export function hasPast({ spans, events }: CollectorDefinition): boolean {
  return spans !== undefined || events !== undefined;
}

/**
 * A collector's series at one moment of the past: the same as a backfill has at a step at that moment. Series that had not
 * begun are missing. @throws BugflowError
 */
export async function readMoment(
  reader: Reader,
  definition: CollectorDefinition,
  /** As of now: what became known late also belongs to the past. */
  values: ParameterValues,
  atMs: number,
): Promise<SampleFamily[]> {
  const timeline = createDatabaseTimeline({ collectors: [definition], reader, values, targetLabels: {} });
  let moment: readonly number[] = [];
  await walkSteps(
    timeline,
    { fromMs: atMs, toMs: atMs, stepMs: 1 },
    {
      step(step) {
        moment = [...step.values.slice(0, timeline.series.length)];
        return undefined;
      },
    },
  );
  const samples = new Map<string, Sample[]>();
  for (const [i, { name, labels }] of timeline.series.entries()) {
    const value = moment[i] ?? Number.NaN;
    const metric = definition.metrics.find((candidate) => isOf(name, candidate.name, candidate.type));
    if (!metric || Number.isNaN(value)) continue;
    const ofMetric = samples.get(metric.name) ?? [];
    samples.set(metric.name, ofMetric);
    ofMetric.push({ suffix: name.slice(metric.name.length), labels, value });
  }
  return definition.metrics.flatMap(({ name, type, help }) => {
    const found = samples.get(name);
    return found ? [{ name, type, help: help.trim(), samples: () => found }] : [];
  });
}

function isOf(series: string, metric: string, type: string): boolean {
  if (type !== 'histogram') return series === metric;
  return ['_bucket', '_sum', '_count'].some((suffix) => series === metric + suffix);
}
