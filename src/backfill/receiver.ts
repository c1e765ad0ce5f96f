import { z } from 'zod';
import { tryJson } from '../base/try-json.js';
import { createHttpClient, type HttpClient } from '../http/http-client.js';
import type { HttpTarget } from '../http/http-target.js';
import { formatCount } from './quantities.js';
import { DAY_MS, parsePrometheusDuration, type Retention, retentionOf } from './retention.js';

/** What a remote-write receiver says about itself. */
export interface Receiver {
  /** Undefined: it does not say. */
  readonly keeps: Keeps | undefined;
  /** How many samples it has dropped without a word since its start, by reason; undefined: it does not say. */
  readonly dropped: ReadonlyMap<string, number> | undefined;
}

export interface Keeps {
  readonly name: 'Prometheus' | 'VictoriaMetrics';
  readonly retention: Retention;
  /** The flag that lets it keep so many days. */
  flagFor(days: number): string;
}

const flagsAnswer = z.object({ data: z.record(z.string(), z.string()) });

const ASK_TIMEOUT_MS = 10_000;
/** VictoriaMetrics' months. */
const MONTH_MS = 31 * DAY_MS;

/** The counters of VictoriaMetrics for samples that it accepts and drops. */
const DROPPED =
  /^vm_(rows_ignored_total\{reason="([^"]+)"\}|(hourly_series_limit|daily_series_limit)_rows_dropped_total) (\S+)$/gm;
const RETENTION_FLAG = /^(?:flag\{name="retentionPeriod", value="([^"]*)".*|-retentionPeriod="([^"]*)")$/m;

/** Asks a receiver; what it does not answer stays unknown, as many have no such pages. */
export async function askReceiver(target: HttpTarget, signal: AbortSignal | undefined): Promise<Receiver> {
  const client = createHttpClient({ signal, secrets: target.secrets });
  try {
    return await ask(client, target);
  } catch {
    signal?.throwIfAborted();
    return UNKNOWN;
  } finally {
    await client.close();
  }
}

/** Why samples were dropped between two answers of a receiver, and how many. */
export function droppedSince(before: Receiver, after: Receiver): string[] {
  return [...(after.dropped ?? [])].flatMap(([reason, total]) => {
    const more = total - (before.dropped?.get(reason) ?? 0);
    return before.dropped !== undefined && more > 0 ? [`${formatCount(more)} (${reason})`] : [];
  });
}

const UNKNOWN: Receiver = { keeps: undefined, dropped: undefined };

async function ask(client: HttpClient, { url: writeUrl, headers }: HttpTarget): Promise<Receiver> {
  const { api, root } = basesOf(writeUrl);
  const read = async (base: URL, path: string): Promise<string> => {
    const url = new URL(path, base).href;
    const outcome = await client.attempt({ method: 'GET', url, headers, timeoutMs: ASK_TIMEOUT_MS });
    if (outcome.kind === 'failure') throw new Error(outcome.reason);
    return outcome.status === 200 ? outcome.text : '';
  };
  const metrics = await read(root, 'metrics');
  if (metrics.includes('vm_app_version')) {
    const period = periodIn(metrics) ?? periodIn(await read(root, 'flags'));
    return { keeps: period === undefined ? undefined : victoriaMetrics(period), dropped: droppedIn(metrics) };
  }
  const flags = flagsAnswer.safeParse(tryJson(await read(api, 'api/v1/status/flags')));
  // Others have such a page, too, with flags of their own.
  if (!flags.success || flags.data.data['storage.tsdb.retention.time'] === undefined) return UNKNOWN;
  return {
    keeps: prometheus(await retentionOf(async (path) => tryJson(await read(api, path)))),
    dropped: undefined,
  };
}

/** Where a receiver at this address has its API, and its own pages. */
function basesOf(writeUrl: string): { readonly api: URL; readonly root: URL } {
  const url = new URL(writeUrl);
  url.search = '';
  const prefix = url.pathname.replace(/api\/(v1|prom)\/(write|push|receive)\/?$/, '');
  const base = prefix.endsWith('/') ? prefix : `${prefix}/`;
  return {
    api: new URL(base, url),
    root: new URL(base.replace(/(insert\/[^/]+\/)?(prometheus\/)?$/, ''), url),
  };
}

function prometheus(retention: Retention): Keeps {
  return { name: 'Prometheus', retention, flagFor: (days) => `--storage.tsdb.retention.time=${days}d` };
}

function victoriaMetrics(timeMs: number): Keeps {
  const retention = { timeMs, size: undefined };
  return { name: 'VictoriaMetrics', retention, flagFor: (days) => `-retentionPeriod=${days}d` };
}

/** The retention of VictoriaMetrics: months where there is no unit. */
function periodIn(text: string): number | undefined {
  const match = RETENTION_FLAG.exec(text);
  const period = match?.[1] ?? match?.[2];
  if (period === undefined) return undefined;
  const months = /^\d+(\.\d+)?$/.test(period) ? Number(period) * MONTH_MS : undefined;
  return months ?? parsePrometheusDuration(period);
}

function droppedIn(metrics: string): ReadonlyMap<string, number> {
  return new Map(
    [...metrics.matchAll(DROPPED)].map(([, name = '', reason, , value]) => [reason ?? name, Number(value)]),
  );
}
