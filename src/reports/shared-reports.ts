import type { ReportRequest, Reports } from './reports.js';
import type { ReportResult } from './result.js';

/** Reports for many readers, who must not be a burden to Taiga together. */
export interface SharedReports {
  /** One reading for all who ask for the same within a minute; one report is read at a time. @throws BugflowError */
  run(request: ReportRequest): Promise<ReportResult>;
}

export interface SharedReportsOptions {
  readonly reports: Pick<Reports, 'run'>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const FRESH_MS = 60_000;
/** How many results are kept: readers choose projects and periods as they like. */
const MAX_KEPT = 20;

export function createSharedReports({ reports, now }: SharedReportsOptions): SharedReports {
  /** In the order in which they were read. */
  const kept = new Map<string, { readonly readAtMs: number; readonly result: Promise<ReportResult> }>();
  let last: Promise<unknown> = Promise.resolve();

  return {
    run(request) {
      const key = JSON.stringify([request.report, request.projects, request.period]);
      const known = kept.get(key);
      if (known && now() - known.readAtMs < FRESH_MS) return known.result;
      const result = last.then(() => reports.run(request, new Date(now())));
      last = result.catch(() => kept.delete(key));
      kept.delete(key);
      kept.set(key, { readAtMs: now(), result });
      for (const oldest of kept.keys()) {
        if (kept.size <= MAX_KEPT) break;
        kept.delete(oldest);
      }
      return result;
    },
  };
}
