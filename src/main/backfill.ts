import { type BackfillTarget, runBackfill } from '../backfill/backfill.js';
import { createDatabaseTimeline } from '../backfill/database-timeline.js';
import { createProgressReporter } from '../backfill/progress.js';
import { createReader } from '../collectors/reader.js';
import { BugflowError } from '../errors.js';
import { openDatabase } from '../tunnel/open-database.js';
import type { Installation } from './installation.js';
import { learnValues } from './learned-values.js';

export interface BackfillCommandOptions {
  readonly from: Date;
  readonly to: Date;
  readonly stepMs: number;
  readonly target: BackfillTarget;
  readonly includeRecent: boolean;
  readonly now: Date;
  readonly print: (line: string) => void;
}

/** Writes the team's past to where Prometheus finds it. @throws BugflowError */
export async function backfill(
  { config, library }: Installation,
  options: BackfillCommandOptions,
): Promise<void> {
  const { now, print } = options;
  const { database } = openDatabase(config, { onIdleError: () => undefined });
  const progress = createProgressReporter({ output: process.stderr });
  const interruption = new AbortController();
  const interrupt = (): void =>
    interruption.abort(new BugflowError('BACKFILL_OUTPUT', 'interrupted; nothing half-done was left behind'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const { allowSuperuser } = config.database;
    const reader = createReader(database, library.relations, { allowSuperuser });
    const timeline = createDatabaseTimeline({
      collectors: library.collectors,
      reader,
      // As of now, whatever part of the past is wanted: what became known late belongs to it.
      values: (await learnValues(config, reader, now)).past(),
      targetLabels: config.targetLabels,
    });
    await runBackfill(timeline, {
      fromMs: options.from.getTime(),
      toMs: options.to.getTime(),
      stepMs: options.stepMs,
      nowMs: now.getTime(),
      target: options.target,
      includeRecent: options.includeRecent,
      onProgress: progress.update,
      signal: interruption.signal,
      print(line) {
        progress.end();
        print(line);
      },
    });
  } finally {
    progress.end();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await database.close();
  }
}
