import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { BugflowError, messageOf } from '../base/errors.js';
import { createHttpClient } from '../http/http-client.js';
import { type Access, httpTarget } from '../http/http-target.js';

/** How long a Prometheus keeps its blocks. */
export interface Retention {
  /** Infinity: for ever. */
  readonly timeMs: number;
  /** In Prometheus' notation; undefined: no limit by size. */
  readonly size: string | undefined;
}

type Flags = Readonly<Record<string, string | undefined>>;

export const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
  y: 365 * DAY_MS,
};
/** Prometheus' own default. */
const DEFAULT_TIME_MS = 15 * DAY_MS;
const ASK_TIMEOUT_MS = 10_000;

/** A Prometheus whose data folder is written to. */
export interface Keeper {
  readonly folder: string;
  readonly prometheusUrl?: string | undefined;
  readonly access?: Access | undefined;
}

const flagsAnswer = z.object({ data: z.record(z.string(), z.string()) });
const runtimeAnswer = z.object({ data: z.object({ storageRetention: z.string() }) });

/** The retention of the Prometheus with this folder; undefined: unknown. @throws BugflowError */
export async function findRetention({
  folder,
  prometheusUrl,
  access,
}: Keeper): Promise<Retention | undefined> {
  return prometheusUrl === undefined ? retentionOfProcess(folder) : askRetention(prometheusUrl, access);
}

/** Refuses when Prometheus would delete part of the past at once; resolves to warnings. */
export async function checkRetention(
  options: Keeper & { readonly fromMs: number; readonly nowMs: number },
): Promise<string[]> {
  const { fromMs, nowMs } = options;
  const neededDays = Math.ceil((nowMs - fromMs) / DAY_MS) + 1;
  const flag = `--storage.tsdb.retention.time=${neededDays}d`;
  const retention = await findRetention(options);
  if (!retention) {
    return [
      `the retention of Prometheus is unknown here (give --prometheus-url): by default it deletes data older than 15 days at once, so start it with ${flag}`,
    ];
  }
  if (nowMs - fromMs > retention.timeMs) {
    throw new BugflowError(
      'BACKFILL_RETENTION',
      `Prometheus keeps ${Math.floor(retention.timeMs / DAY_MS)} days and would delete older data at once: start it with ${flag}, or choose a later --from`,
    );
  }
  return retention.size === undefined
    ? []
    : [`Prometheus keeps at most ${retention.size} and deletes the oldest blocks first when there is more`];
}

async function askRetention(prometheusUrl: string, access: Access | undefined): Promise<Retention> {
  const target = httpTarget(prometheusUrl, access);
  if (!target) {
    throw new BugflowError('BACKFILL_USAGE', '--prometheus-url must be a URL like http://localhost:9090');
  }
  const client = createHttpClient({ secrets: target.secrets });
  const ask = async (path: string): Promise<unknown> => {
    const url = new URL(path, target.url.endsWith('/') ? target.url : `${target.url}/`).href;
    const { headers } = target;
    const outcome = await client.attempt({ method: 'GET', url, headers, timeoutMs: ASK_TIMEOUT_MS });
    if (outcome.kind === 'failure') throw new Error(outcome.reason);
    if (outcome.status === 404) return undefined;
    if (outcome.status !== 200) throw new Error(`it answers ${outcome.status}`);
    return JSON.parse(outcome.text);
  };
  try {
    return await retentionOf(ask);
  } catch (error) {
    const isStranger = error instanceof z.ZodError || error instanceof SyntaxError;
    throw new BugflowError(
      'BACKFILL_RETENTION',
      `${target.shown} does not say how long it keeps its data (${isStranger ? 'it is not a Prometheus' : messageOf(error)}): check --prometheus-url`,
    );
  } finally {
    await client.close();
  }
}

/** Asks a Prometheus for its retention in force, wherever that was set. @throws when its answers are none of Prometheus */
export async function retentionOf(ask: (path: string) => Promise<unknown>): Promise<Retention> {
  // Newer versions also have it in the configuration file.
  const runtime = runtimeAnswer.safeParse(await ask('api/v1/status/runtimeinfo'));
  const inForce = runtime.success ? parseInForce(runtime.data.data.storageRetention) : undefined;
  return inForce ?? retentionOfFlags(flagsAnswer.parse(await ask('api/v1/status/flags')).data);
}

/** `15d`, `1y35d`, `5y or 100GiB`, `100GiB`. */
function parseInForce(text: string): Retention | undefined {
  const parts = text.split(' or ').map((part) => part.trim());
  const times = parts.map(parsePrometheusDuration).filter((ms) => ms !== undefined);
  const size = parts.find((part) => /^[\d.]+\s*[KMGTPE]?i?B$/.test(part));
  if (times.length === 0 && size === undefined) return undefined;
  return { timeMs: times[0] ?? Number.POSITIVE_INFINITY, size };
}

function retentionOfFlags(flags: Flags): Retention {
  const time =
    parsePrometheusDuration(flags['storage.tsdb.retention.time'] ?? '') ||
    parsePrometheusDuration(flags['storage.tsdb.retention'] ?? '');
  const size = flags['storage.tsdb.retention.size'];
  const hasSize = size !== undefined && !/^0\w*$/.test(size);
  return {
    timeMs: time || (hasSize ? Number.POSITIVE_INFINITY : DEFAULT_TIME_MS),
    size: hasSize ? size : undefined,
  };
}

/** `15d`, `1y35d`. */
export function parsePrometheusDuration(text: string): number | undefined {
  if (!/^(\d+(ms|[smhdwy]))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN),
    0,
  );
}

/** The retention of a Prometheus with this folder that runs on this machine, also in a container; Linux only. */
async function retentionOfProcess(folder: string): Promise<Retention | undefined> {
  const wanted = await stat(folder);
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
      if (basename(args[0] ?? '') !== 'prometheus') continue;
      const flags = parseFlags(args.slice(1));
      const path = resolve(await readlink(`/proc/${pid}/cwd`), flags['storage.tsdb.path'] ?? 'data');
      const found = await stat(`/proc/${pid}/root${path}`);
      if (found.ino === wanted.ino && found.dev === wanted.dev) return retentionOfFlags(flags);
    } catch {
      // The process has ended or belongs to somebody else: unknown.
    }
  }
  return undefined;
}

function parseFlags(args: readonly string[]): Record<string, string> {
  const flags: Record<string, string> = {};
  args.forEach((arg, i) => {
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
    if (match?.[1] !== undefined) flags[match[1]] = match[2] ?? args[i + 1] ?? '';
  });
  return flags;
}
