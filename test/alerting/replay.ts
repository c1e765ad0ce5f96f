import { spawnSync } from 'node:child_process';
import { expect, onTestFinished } from 'vitest';
import { TEAM_ALERTS } from '../../alerting/render.js';
import { awake, type TeamAlert } from '../../alerting/team/team-alert.js';
import { backfill } from '../../src/main/backfill.js';
import { collect } from '../../src/main/collect.js';
import type { Installation } from '../../src/main/installation.js';
import { type MetricsServer, startPrometheus } from '../backfill/servers.js';
import { folderWith } from '../unit/helpers.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** An alert of a project that fired from one moment to another. Unix milliseconds. */
export interface Firing {
  readonly alert: string;
  readonly severity: string;
  readonly project: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/**
 * Asks a Prometheus when an alert would have fired: `for` is shorter than a step, so from the second step in a row on; and as long as
 * it goes on then.
 */
export async function replay(prometheus: MetricsServer, alert: TeamAlert, window: Window): Promise<Firing[]> {
  const so = (expression: string) => momentsOf(prometheus, withLimits(awake(alert, expression)), window);
  const begins = await so(alert.expression);
  const goesOn = alert.goesOn && begins.size > 0 ? await so(alert.goesOn) : begins;
  return [...begins].flatMap(([project, moments]) => {
    const staying = new Set(goesOn.get(project));
    const firings: Firing[] = [];
    for (const { first, last, count } of runs(moments, window.stepMs)) {
      const current = firings.at(-1);
      if (count < 2 || (current && first <= current.toMs)) continue;
      let toMs = last;
      while (moments.includes(toMs + window.stepMs) || staying.has(toMs + window.stepMs))
        toMs += window.stepMs;
      const { name, severity } = alert;
      firings.push({ alert: name, severity, project, fromMs: first + window.stepMs, toMs });
    }
    return firings;
  });
}

/** Taiga keeps no trace of what a limit of work in progress was: those at the end are taken to have been so all the time. */
function withLimits(expression: string): string {
  return expression.replaceAll(/\btaiga_wip_limit\b(\[\w+\])?/g, '$& @ end()');
}

/** When an expression had a value, by project. */
async function momentsOf(
  prometheus: MetricsServer,
  query: string,
  { fromMs, toMs, stepMs }: Window,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const response = await fetch(`${prometheus.url}/api/v1/query_range`, {
    method: 'POST',
    body: new URLSearchParams({
      query,
      ...{ start: String(fromMs / 1000), end: String(toMs / 1000), step: String(stepMs / 1000) },
    }),
  });
  const { data, error } = (await response.json()) as {
    data?: { result: readonly { metric: Record<string, string>; values: readonly [number, string][] }[] };
    error?: string;
  };
  if (!data) throw new Error(`${query}: ${error}`);
  return new Map(
    data.result.map(({ metric, values }) => [
      metric.project ?? '',
      values.map(([seconds]) => seconds * 1000),
    ]),
  );
}

/** Moments that are no farther apart than so much, together. */
function runs(moments: readonly number[], gapMs: number): { first: number; last: number; count: number }[] {
  const found: { first: number; last: number; count: number }[] = [];
  for (const at of moments) {
    const run = found.at(-1);
    if (run && at - run.last <= gapMs) {
      run.last = at;
      run.count += 1;
    } else {
      found.push({ first: at, last: at, count: 1 });
    }
  }
  return found;
}

/** A message that tells of something new. */
export interface Told {
  readonly alert: string;
  readonly project: string;
  readonly atMs: number;
}

/**
 * What people are told of it: each firing once, when it begins, or with the next working time where it is not urgent and
 * still so. Repetitions and what is over are not new.
 */
export function messages(firings: readonly Firing[], isWorkingTime: (atMs: number) => boolean): Told[] {
  return firings
    .flatMap(({ alert, project, severity, fromMs, toMs }) => {
      let atMs = fromMs;
      if (severity !== 'critical') while (!isWorkingTime(atMs)) atMs += 15 * MINUTE_MS;
      return atMs < toMs ? [{ alert, project, atMs }] : [];
    })
    .toSorted((a, b) => a.atMs - b.atMs);
}

/**
 * A Prometheus that has the past of a Taiga as a backfill tells it, and at its end also what has none: the list of what needs
 * attention, and the limits of work in progress.
 */
export async function pastInPrometheus(
  { library, ...rest }: Installation,
  window: Window,
): Promise<MetricsServer> {
  const { fromMs, toMs, stepMs } = window;
  // No more than the rules ask for: half of it.
  const wanted = ['thresholds', 'status_transitions', ...TEAM_ALERTS.flatMap((alert) => alert.collectors)];
  const collectors = library.collectors.filter(({ name }) => wanted.includes(name));
  const installation = { ...rest, library: { ...library, collectors } };
  const now = new Date(toMs);
  const data = await folderWith({});
  await backfill(installation, {
    from: new Date(fromMs),
    to: now,
    stepMs,
    target: { prometheusData: data },
    includeRecent: true,
    now,
    print: () => undefined,
  });
  let text = '';
  const withoutPast = collectors.filter(({ spans, events }) => !spans && !events);
  await collect(installation, {
    names: withoutPast.map(({ name }) => name),
    now,
    format: 'openmetrics',
    write: (bytes) => {
      text += bytes.toString();
    },
    warn: (message) => expect.fail(message),
  });
  const stamped = text.replace(/^([^#\n].*)$/gm, `$1 ${toMs / 1000}`);
  const folder = await folderWith({ 'now.txt': stamped });
  const { status, stderr } = spawnSync(
    'promtool',
    ['tsdb', 'create-blocks-from', 'openmetrics', `${folder}/now.txt`, data],
    { encoding: 'utf8' },
  );
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const prometheus = await startPrometheus(data, { flags: ['--storage.tsdb.retention.time=5y'] });
  onTestFinished(() => prometheus.stop());
  return prometheus;
}
