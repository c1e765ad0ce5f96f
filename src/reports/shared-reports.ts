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
  /** The slugs of all projects. @throws BugflowError */
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
  const results = createKept<ReportResult>(now);
  const lists = createKept<readonly string[]>(now);
  const latest = new Map<string, ReportResult>();
  const run = async (request: ReportRequest): Promise<ReportResult> => {
    const key = JSON.stringify(request);
    const result = await results(key, (readAt) => reports.run(request, readAt));
    setNewest(latest, key, result);
    return result;
  };
  return {
    run,
    async latest(request) {
      const known = latest.get(JSON.stringify(request));
      const ageMs = known ? now() - known.readAtMs : Number.POSITIVE_INFINITY;
      if (known && ageMs < FRESH_MS) return { result: known, isRenewed: false };
      const reading = run(request);
      if (!known || ageMs > STALE_MS) return { result: await reading, isRenewed: false };
      // Who asks when it is too old, or waits for the new one, learns why it cannot be read.
      reading.catch(() => undefined);
      return { result: known, isRenewed: true };
    },
    projects: () => lists('projects', () => reports.projects()),
  };
}

/** Keeps what was read under each key for a minute; what failed is read again. */
function createKept<T>(now: () => number): (key: string, read: (at: Date) => Promise<T>) => Promise<T> {
  const kept = new Map<string, { readonly readAtMs: number; readonly result: Promise<T> }>();
  return (key, read) => {
    const readAtMs = now();
    const known = kept.get(key);
    if (known && readAtMs - known.readAtMs < FRESH_MS) return known.result;
    const result = read(new Date(readAtMs));
    const entry = { readAtMs, result };
    result.catch(() => {
      if (kept.get(key) === entry) kept.delete(key);
    });
    setNewest(kept, key, entry);
    return result;
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
