import { BugflowError } from '../base/errors.js';
import { httpTarget } from '../http/http-target.js';
import { findFirstScrape, type Scraped } from './first-scrape.js';
import { findRetention } from './retention.js';
import type { Grid } from './steps.js';

/** What a backfill is asked for; what is left open is found out. */
export interface AskedRange {
  /** Undefined: when the first thing happened. */
  readonly fromMs: number | undefined;
  /** Undefined: where the samples begin that Prometheus has scraped, else now. */
  readonly toMs: number | undefined;
  /** Where they begin; undefined: not known, or of no interest. */
  readonly joinsAtMs: number | undefined;
  readonly stepMs: number;
}

export interface ChooseOptions {
  readonly nowMs: number;
  /** When the first thing happened; asked only where it is needed. */
  readonly firstMs: () => Promise<number | undefined>;
  /** The Prometheus that is to keep it, where one is known. */
  readonly keeper: { readonly folder: string; readonly prometheusUrl: string | undefined } | undefined;
  readonly print: (line: string) => void;
}

/** A Prometheus that has just been started scrapes within its interval, which is a minute at most. */
const SCRAPE_WAIT_MS = 2 * 60_000;

/**
 * Where the past has to end so that it meets what Prometheus scrapes, with nothing missing and nothing twice; undefined
 * when it scrapes nothing of ours. @throws BugflowError
 */
export async function findJoin(
  scraped: Scraped,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { job, instance } = scraped;
  const shown = httpTarget(scraped.prometheusUrl)?.shown;
  const atMs = await findFirstScrape(scraped, { waitMs: SCRAPE_WAIT_MS, signal });
  if (atMs === undefined) {
    print(
      `warning: ${shown} scrapes nothing with job="${job}" and instance="${instance}": if it gives other labels, past and present will be two lines; set prometheus.job and prometheus.instance`,
    );
  }
  return atMs;
}

/** Finds out what is left open. @throws BugflowError */
export async function chooseRange(asked: AskedRange, options: ChooseOptions): Promise<Grid> {
  const { toMs, joinsAtMs, stepMs } = asked;
  const fromMs = asked.fromMs ?? (await findBeginning(stepMs, options));
  if (toMs !== undefined) return { fromMs, toMs, stepMs };
  // The last step before the scrapes, which have their own sample at their moment.
  const endMs = joinsAtMs === undefined ? options.nowMs : joinsAtMs - 1;
  const steps = Math.max(0, Math.floor((endMs - fromMs) / stepMs));
  return { fromMs, toMs: fromMs + steps * stepMs, stepMs };
}

async function findBeginning(
  stepMs: number,
  { firstMs, keeper, nowMs, print }: ChooseOptions,
): Promise<number> {
  const first = await firstMs();
  if (first === undefined)
    throw new BugflowError('BACKFILL_USAGE', 'nothing has ever happened, so there is nothing to write');
  const beginMs = Math.floor(first / stepMs) * stepMs;
  const retention = keeper && (await findRetention(keeper.folder, keeper.prometheusUrl));
  const keptFromMs = Math.ceil((nowMs - (retention?.timeMs ?? Number.POSITIVE_INFINITY)) / stepMs) * stepMs;
  if (beginMs >= keptFromMs) return beginMs;
  // A step later, as time goes on meanwhile.
  print(`begins at ${new Date(keptFromMs + stepMs).toISOString()}: Prometheus keeps no more`);
  return keptFromMs + stepMs;
}
