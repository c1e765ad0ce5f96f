import type { ReportRequest, Reports } from './reports.js';
import type { ReportResult } from './result.js';

/** Reports for many readers, who must not be a burden to Taiga together: one reading for all who ask for the same within a minute. */
export interface SharedReports {
  /** @throws BugflowError */
  run(request: ReportRequest): Promise<ReportResult>;
  /**
   * What was read last, up to a quarter of an hour ago, so that a page that many look at is there at once. Where that is older
   * than a minute, it is being read anew. @throws BugflowError
   */
  latest(request: ReportRequest): Promise<LatestReading>;
  /** The slugs of all projects, as they were up to a quarter of an hour ago. @throws BugflowError */
  projects(): Promise<readonly string[]>;
}

export interface LatestReading {
  readonly result: ReportResult;
  /** Whether a newer one is on its way, for which `run` waits. */
  readonly isRenewed: boolean;
}

export interface SharedReportsOptions {
  readonly reports: Pick<Reports, 'run' | 'projects'>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const FRESH_MS = 60_000;
const STALE_MS = 15 * 60_000;
/** How many results are kept: readers choose projects and periods as they like. */
const MAX_KEPT = 50;

export function createSharedReports({ reports, now }: SharedReportsOptions): SharedReports {
  const results = createReadings((request: ReportRequest, at) => reports.run(request, at), now);
  const lists = createReadings(() => reports.projects(), now);
  return {
    run: (request) => results.run(request),
    async latest(request) {
      const { value, isRenewed } = await results.latest(request);
      return { result: value, isRenewed };
    },
    projects: async () => (await lists.latest('all')).value,
  };
}

interface Readings<K, T> {
  /** What was read within the last minute, or is read now; what failed is read again. */
  run(asked: K): Promise<T>;
  /** What was read within the last quarter of an hour, while it is read anew. */
  latest(asked: K): Promise<{ readonly value: T; readonly isRenewed: boolean }>;
}

function createReadings<K, T>(read: (asked: K, at: Date) => Promise<T>, now: () => number): Readings<K, T> {
  const begun = new Map<string, { readonly readAtMs: number; readonly value: Promise<T> }>();
  const ended = new Map<string, { readonly readAtMs: number; readonly value: T }>();

  const readAnew = async (key: string, asked: K, readAtMs: number): Promise<T> => {
    const value = await read(asked, new Date(readAtMs));
    setNewest(ended, key, { readAtMs, value });
    return value;
  };
  const run = (asked: K): Promise<T> => {
    const key = JSON.stringify(asked);
    const readAtMs = now();
    const known = begun.get(key);
    if (known && readAtMs - known.readAtMs < FRESH_MS) return known.value;
    const reading = { readAtMs, value: readAnew(key, asked, readAtMs) };
    reading.value.catch(() => {
      if (begun.get(key) === reading) begun.delete(key);
    });
    setNewest(begun, key, reading);
    return reading.value;
  };
  return {
    run,
    async latest(asked) {
      const known = ended.get(JSON.stringify(asked));
      const ageMs = known ? now() - known.readAtMs : Number.POSITIVE_INFINITY;
      if (known && ageMs < FRESH_MS) return { value: known.value, isRenewed: false };
      const reading = run(asked);
      if (!known || ageMs > STALE_MS) return { value: await reading, isRenewed: false };
      // Who waits for the new one, or asks when this one is too old, learns why it cannot be read.
      reading.catch(() => undefined);
      return { value: known.value, isRenewed: true };
    },
  };
}

/** Maps keep the order in which keys were set: the oldest are forgotten. */
function setNewest<T>(kept: Map<string, T>, key: string, value: T): void {
  kept.delete(key);
  kept.set(key, value);
  for (const oldest of kept.keys()) {
    if (kept.size <= MAX_KEPT) break;
    kept.delete(oldest);
  }
}
