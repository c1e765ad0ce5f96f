import { createDatabaseTimeline } from '../../src/backfill/database-timeline.js';
import { type Mismatch, verifyHistory } from '../../src/collectors/verify.js';
import { collectorsWith, type Kit } from './kit.js';
import { Samples, samplesAt } from './samples.js';

/** All events up to now: the counters and histograms. */
export async function readCounters(kit: Kit, now: string): Promise<Samples> {
  await kit.learn(now);
  const families = [];
  for (const name of collectorsWith(kit, 'events')) families.push(...(await kit.families(name, now)));
  return Samples.of(families);
}

/** The gauges and counters at these moments, as known at the last one. */
export async function readPast(kit: Kit, moments: readonly string[]): Promise<Samples[]> {
  await kit.learn(moments.at(-1) ?? '');
  const timeline = createDatabaseTimeline({
    collectors: kit.library.collectors,
    reader: kit.reader,
    values: kit.values(moments.at(-1) ?? ''),
    targetLabels: {},
  });
  return samplesAt(
    timeline,
    moments.map((moment) => Date.parse(moment)),
  );
}

/** The series in which the end of the spans differs from the present. */
export async function readMismatches(kit: Kit, now: string): Promise<Mismatch[]> {
  await kit.learn(now);
  return verifyHistory(kit.reader, kit.library.collectors, kit.values(now));
}
