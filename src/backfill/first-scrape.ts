import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { BugflowError, messageOf } from '../base/errors.js';
import { createHttpClient } from '../http/http-client.js';
import { type Access, httpTarget } from '../http/http-target.js';

/** A scrape target, and one of its counters that every scrape has. */
export interface Scraped {
  readonly prometheusUrl: string;
  readonly access?: Access | undefined;
  readonly metric: string;
  readonly job: string;
  readonly instance: string;
}

export interface FirstScrapeOptions {
  /** How long to wait for a Prometheus that is about to scrape, in milliseconds. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

const POLL_MS = 1000;
/** A Prometheus that has just started does not know its targets yet. */
const DISCOVERY_MS = 15_000;
const ASK_TIMEOUT_MS = 10_000;
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Prometheus returns at most 11,000 points. */
const MAX_POINTS = 10_900;

const targetsAnswer = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({ labels: z.record(z.string(), z.string()), lastError: z.string().optional() }),
    ),
  }),
});
const rangesAnswer = z.object({
  data: z.object({
    result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })),
  }),
});

/**
 * The Unix milliseconds of a Prometheus' first own sample; undefined when it has no target with these labels.
 * @throws BugflowError
 */
export async function findFirstScrape(
  scraped: Scraped,
  { waitMs, signal }: FirstScrapeOptions,
): Promise<number | undefined> {
  const { ask, shown, close } = createAsker(scraped, signal);
  try {
    return await poll({ ...scraped, prometheusUrl: shown }, { waitMs, signal }, ask);
  } finally {
    await close();
  }
}

async function poll(
  { prometheusUrl, metric, job, instance }: Scraped,
  { waitMs, signal }: FirstScrapeOptions,
  ask: Ask,
): Promise<number | undefined> {
  const series = `${metric}{job=${JSON.stringify(job)},instance=${JSON.stringify(instance)}}`;
  const startedAt = performance.now();
  for (;;) {
    const atMs = await firstSampleMs(ask, series);
    if (atMs !== undefined) return atMs;
    const { activeTargets } = (await ask('targets', { state: 'active' }, targetsAnswer)).data;
    const target = activeTargets.find(({ labels }) => labels.job === job && labels.instance === instance);
    const waitedMs = performance.now() - startedAt;
    if (target === undefined && waitedMs >= Math.min(waitMs, DISCOVERY_MS)) return undefined;
    if (target !== undefined && waitedMs >= waitMs) {
      const reason = target.lastError || 'the service may still be reading the history';
      throw new BugflowError(
        'BACKFILL_UNSCRAPED',
        `${prometheusUrl} scrapes ${instance}, but has no samples of it yet (${reason}): run the backfill again when it has, or say where to end with --to`,
      );
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Searches by day, then by minute, then exactly, so that each answer is short. */
async function firstSampleMs(ask: Ask, series: string): Promise<number | undefined> {
  const nowMs = Date.now();
  const dayMs = await firstPoint(ask, series, nowMs - MAX_POINTS * DAY_MS, nowMs, DAY_MS);
  if (dayMs === undefined) return undefined;
  const minuteMs = await firstPoint(ask, series, dayMs - DAY_MS, dayMs, MINUTE_MS);
  if (minuteMs === undefined) return undefined;
  const parameters = { query: `${series}[1m]`, time: String(minuteMs / SECOND_MS) };
  const { result } = (await ask('query', parameters, rangesAnswer)).data;
  const times = result.flatMap(({ values }) => values.map(([at]) => at));
  return times.length === 0 ? undefined : Math.round(Math.min(...times) * SECOND_MS);
}

/** The first point of a grid that has a sample in the step before it. */
async function firstPoint(
  ask: Ask,
  series: string,
  startMs: number,
  endMs: number,
  stepMs: number,
): Promise<number | undefined> {
  const parameters = {
    query: `count(present_over_time(${series}[${stepMs / SECOND_MS}s]))`,
    start: String(startMs / SECOND_MS),
    end: String(endMs / SECOND_MS),
    step: String(stepMs / SECOND_MS),
  };
  const [first] = (await ask('query_range', parameters, rangesAnswer)).data.result;
  const at = first?.values[0]?.[0];
  return at === undefined ? undefined : at * SECOND_MS;
}

type Ask = <S extends z.ZodType>(
  path: string,
  parameters: Readonly<Record<string, string>>,
  answer: S,
) => Promise<z.output<S>>;

function createAsker(
  { prometheusUrl, access }: Pick<Scraped, 'prometheusUrl' | 'access'>,
  signal: AbortSignal | undefined,
): { readonly ask: Ask; readonly shown: string; close(): Promise<void> } {
  const target = httpTarget(prometheusUrl, access);
  if (!target)
    throw new BugflowError('BACKFILL_USAGE', '--prometheus-url must be a URL like http://localhost:9090');
  const base = target.url.endsWith('/') ? target.url : `${target.url}/`;
  const client = createHttpClient({ signal, secrets: target.secrets });
  const ask: Ask = async (path, parameters, answer) => {
    const url = new URL(`api/v1/${path}?${new URLSearchParams(parameters)}`, base).href;
    const { headers } = target;
    const outcome = await client.attempt({ method: 'GET', url, headers, timeoutMs: ASK_TIMEOUT_MS });
    try {
      if (outcome.kind === 'failure') throw new Error(outcome.reason);
      if (outcome.status !== 200) throw new Error(`it answers ${outcome.status}`);
      return answer.parse(JSON.parse(outcome.text));
    } catch (error) {
      const isStranger = error instanceof z.ZodError || error instanceof SyntaxError;
      const reason = isStranger ? 'it is not a Prometheus' : messageOf(error);
      throw new BugflowError(
        'BACKFILL_UNSCRAPED',
        `${target.shown} does not say when its samples begin (${reason}): check --prometheus-url, or say where to end with --to`,
      );
    }
  };
  return { ask, shown: target.shown, close: () => client.close() };
}
