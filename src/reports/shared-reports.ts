import type { ReportRequest, Reports } from './reports.js';
import type { ReportResult } from './result.js';

/** Reports for many readers, who must not be a burden to Taiga together: one reading for all who ask for the same within a minute. */
export interface SharedReports {
  /** @throws BugflowError */
  run(request: ReportRequest): Promise<ReportResult>;
  /**
   * What was read last, up to a quarter of an hour ago, so that a page that many look at is there at once; where that is older
   * than a minute, it is read again for whoever asks next. @throws BugflowError
   */
  latest(request: ReportRequest): Promise<ReportResult>;
  /** The slugs of all projects. @throws BugflowError */
  projects(): Promise<readonly string[]>;
}

export interface SharedReportsOptions {
  readonly reports: Pick<Reports, 'run' | 'projects'>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const FRESH_MS = 60_000;
const STALE_MS = 15 * 60_000;
/** How many results are kept: readers choose projects and periods as they like. */
const MAX_KEPT = 20;

export function createSharedReports({ reports, now }: SharedReportsOptions): SharedReports {
  const results = createKept<ReportResult>(now);
  const lists = createKept<readonly string[]>(now);
  const latest = new Map<string, ReportResult>();
  const run = (request: ReportRequest): Promise<ReportResult> =>
    results(JSON.stringify(request), (readAt) => reports.run(request, readAt));
  return {
    run,
    async latest(request) {
      const key = JSON.stringify(request);
      const reading = run(request).then((result) => {
        latest.set(key, result);
        return result;
      });
      const known = latest.get(key);
      if (!known || now() - known.readAtMs > STALE_MS) return reading;
      // Who asks when it is too old learns why it cannot be read.
      reading.catch(() => undefined);
      return known;
    },
    projects: () => lists('projects', () => reports.projects()),
  };
}

/** Keeps what was read under each key for a minute; what failed is read again. */
function createKept<T>(now: () => number): (key: string, read: (at: Date) => Promise<T>) => Promise<T> {
  /** In the order in which they were read. */
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
    kept.delete(key);
    kept.set(key, entry);
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break;
      kept.delete(oldest);
    }
    return result;
  };
}
