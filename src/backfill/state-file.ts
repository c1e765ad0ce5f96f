import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BugflowError, isErrorCode } from '../base/errors.js';
import { outputError } from './output-error.js';
import type { Grid } from './steps.js';
import { writeJsonAtomically } from './write-json.js';

/** How much of the past a receiver has accepted. */
export interface SentState {
  /** The receiver has accepted all steps up to this one. */
  readonly sentUntilMs: number | undefined;
  /** Whether the earlier run ended properly, and so knew of every request whether it was accepted. */
  readonly settled: boolean;
  save(sentUntilMs: number): Promise<void>;
  /** Records that this run ended properly. */
  settle(): Promise<void>;
}

const stateSchema = z.object({
  receiver: z.string(),
  from: z.iso.datetime(),
  step_seconds: z.number(),
  sent_until: z.iso.datetime(),
  settled: z.boolean(),
});

/** Without a file nothing is remembered. `receiver` must not contain credentials. */
export async function openState(path: string | undefined, receiver: string, grid: Grid): Promise<SentState> {
  if (path === undefined) {
    return {
      sentUntilMs: undefined,
      settled: true,
      save: async () => undefined,
      settle: async () => undefined,
    };
  }
  const description = {
    receiver,
    from: new Date(grid.fromMs).toISOString(),
    step_seconds: grid.stepMs / 1000,
  };
  const earlier = await read(path, description);
  let lastMs = earlier?.sentUntilMs;
  const write = async (settled: boolean): Promise<void> => {
    if (lastMs === undefined) return;
    const sentUntil = new Date(lastMs).toISOString();
    await writeJsonAtomically(path, { ...description, sent_until: sentUntil, settled });
  };
  return {
    sentUntilMs: earlier?.sentUntilMs,
    settled: earlier?.settled ?? true,
    save(sentUntilMs) {
      lastMs = sentUntilMs;
      return write(false);
    },
    settle: () => write(true),
  };
}

async function read(
  path: string,
  wanted: Readonly<Record<'receiver' | 'from' | 'step_seconds', string | number>>,
): Promise<{ sentUntilMs: number; settled: boolean } | undefined> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return undefined;
    if (!(error instanceof SyntaxError)) throw outputError(error, path);
  }
  const state = stateSchema.safeParse(content);
  if (!state.success)
    throw new BugflowError(
      'BACKFILL_USAGE',
      `${path}: is not the state of a backfill; give another state file`,
    );
  for (const key of ['receiver', 'from', 'step_seconds'] as const) {
    if (state.data[key] !== wanted[key]) {
      throw new BugflowError(
        'BACKFILL_USAGE',
        `${path}: is the state of a backfill whose ${key} is ${state.data[key]}, not ${wanted[key]}; give another state file`,
      );
    }
  }
  return { sentUntilMs: Date.parse(state.data.sent_until), settled: state.data.settled };
}
