import { BugflowError } from '../base/errors.js';
import { httpTarget } from '../http/http-target.js';
import { findFirstScrape, type Scraped } from './first-scrape.js';
import type { Retention } from './retention.js';
import type { Grid } from './steps.js';

/** The range that was requested; undefined parts are found out. */
export interface AskedRange {
  /** Undefined: the time of the first change. */
  readonly fromMs: number | undefined;
  /** Undefined: where Prometheus' own samples begin, else now. */
  readonly toMs: number | undefined;
  /** Where Prometheus' own samples begin; undefined: unknown, or not needed. */
  readonly joinsAtMs: number | undefined;
  readonly stepMs: number;
}

export interface ChooseOptions {
  readonly nowMs: number;
  /** The time of the first change; called only when it is needed. */
  readonly firstMs: () => Promise<number | undefined>;
  /** How long whoever is to keep the past keeps it, where that is known; asked only when it is needed. */
  readonly retention: () => Promise<Retention | undefined>;
  readonly print: (line: string) => void;
}

/** A Prometheus that has just started scrapes within its interval, which is at most a minute. */
const SCRAPE_WAIT_MS = 2 * 60_000;

/**
 * Where the past has to end so that Prometheus' own samples follow without a gap or an overlap; undefined when it has no
 * samples of this service. @throws BugflowError
 */
export async function findJoin(
  scraped: Scraped,
  print: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const { job, instance } = scraped;
  const shown = httpTarget(scraped.prometheusUrl)?.shown;
  const atMs = await findFirstScrape(scraped, { waitMs: SCRAPE_WAIT_MS, signal });
  if (atMs === undefined) {
    print(
      `warning: ${shown} scrapes nothing with job="${job}" and instance="${instance}": if its labels differ, past and present will be two series; set prometheus.job and prometheus.instance`,
    );
  }
  return atMs;
}

/** Fills in the parts that are not given. @throws BugflowError */
export async function chooseRange(asked: AskedRange, options: ChooseOptions): Promise<Grid> {
  const { toMs, joinsAtMs, stepMs } = asked;
  const fromMs = asked.fromMs ?? (await findBeginning(stepMs, options));
  if (toMs !== undefined) return { fromMs, toMs, stepMs };
  // Ends one step before the first scrape, which has its own sample.
  const endMs = joinsAtMs === undefined ? options.nowMs : joinsAtMs - 1;
  const steps = Math.max(0, Math.floor((endMs - fromMs) / stepMs));
  return { fromMs, toMs: fromMs + steps * stepMs, stepMs };
}

async function findBeginning(
  stepMs: number,
  { firstMs, retention, nowMs, print }: ChooseOptions,
): Promise<number> {
  const first = await firstMs();
  if (first === undefined)
    throw new BugflowError('BACKFILL_USAGE', 'nothing has ever happened, so there is nothing to write');
  const beginMs = Math.floor(first / stepMs) * stepMs;
  const keptMs = (await retention())?.timeMs ?? Number.POSITIVE_INFINITY;
  const keptFromMs = Math.ceil((nowMs - keptMs) / stepMs) * stepMs;
  if (beginMs >= keptFromMs) return beginMs;
  // One step later, as time passes until it is written.
  print(`begins at ${new Date(keptFromMs + stepMs).toISOString()}: nothing older is kept`);
  return keptFromMs + stepMs;
}
