import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { BugflowError } from '../../src/base/errors.js';
import type { CollectorDefinition, MetricDefinition } from '../../src/collectors/definition.js';
import type { MetricFamily } from '../../src/collectors/families.js';
import type { Reading } from '../../src/collectors/reading.js';
import { type CollectorRunner, type CollectorState, createRunner } from '../../src/collectors/runner.js';
import { createSeriesBudget } from '../../src/collectors/series-budget.js';

/** The folder `metrics/` that ships with the package. */
export const SHIPPED_FOLDER = new URL('../../metrics', import.meta.url).pathname;

/** A folder with these files, gone when the test ends. */
export async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return folder;
}

/** The BugflowError that something ends in; every one of them is a single line. */
export async function errorOf(attempt: Promise<unknown> | (() => unknown)): Promise<BugflowError> {
  try {
    await (typeof attempt === 'function' ? attempt() : attempt);
  } catch (error) {
    if (!(error instanceof BugflowError)) throw error;
    if (/[\r\n]/.test(error.message)) throw new Error(`more than one line: ${error.message}`);
    return error;
  }
  throw new Error('it should have failed');
}

export function metric(change: Partial<MetricDefinition> = {}): MetricDefinition {
  return {
    name: 'team_items',
    type: 'gauge',
    help: 'Items.',
    labels: ['project'],
    value: 'items',
    buckets: [],
    place: { file: '/etc/bugflow/items.yaml', line: 4 },
    ...change,
  };
}

export function collector(change: Partial<CollectorDefinition> = {}): CollectorDefinition {
  const file = '/etc/bugflow/items.yaml';
  return {
    name: 'items',
    description: 'Items of the team.',
    file,
    shipped: true,
    schedule: '* * * * *',
    timeoutMs: 10_000,
    staleAfterMs: 900_000,
    maxSeries: 5000,
    maxLabelBytes: 1000,
    requires: [],
    relations: [],
    relationsPlace: { file, line: 1 },
    metrics: [metric()],
    now: { text: 'SELECT project, items FROM somewhere', file, line: 10 },
    spans: undefined,
    events: undefined,
    zeros: undefined,
    ...change,
  };
}

export function reading(families: readonly MetricFamily[]): Reading {
  return {
    families,
    changed: true,
    isComplete: true,
    rowCount: 1,
    sample: { columns: [], rows: [] },
    databaseMs: 5,
  };
}

/** One series of `team_items`. */
export function items(value: number): MetricFamily {
  return { metric: metric(), values: new Map([['webshop', value]]) };
}

/** A promise that is settled from outside. */
export function deferred<T = void>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** A runner that never runs, in a given state. */
export function runnerWith(
  definition: Partial<CollectorDefinition>,
  state: Partial<CollectorState>,
): CollectorRunner {
  const idle = createRunner(collector(definition), {
    budget: createSeriesBudget(1e6),
    read: () => Promise.reject(new Error('not to be run')),
    publish: async () => undefined,
    withdraw: () => undefined,
    onRun: () => undefined,
    onStale: () => undefined,
  });
  return { ...idle, state: () => ({ ...idle.state(), ...state }) };
}
