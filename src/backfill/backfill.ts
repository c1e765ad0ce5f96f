import { BugflowError } from '../base/errors.js';
import type { Access } from '../http/http-target.js';
import type { RetryPolicy } from '../http/retry.js';
import { chooseBlockMs, endBeforeNow, RECENT_EDGE_MS } from './block-windows.js';
import { createDryRun } from './dry-run.js';
import { backfillFiles } from './files-target.js';
import type { Progress } from './progress.js';
import { backfillPrometheusData } from './prometheus-data.js';
import { formatBytes, formatCount, formatTime } from './quantities.js';
import { backfillRemoteWrite } from './remote-write.js';
import type { RequestLimits } from './remote-write-request.js';
import { checkGrid, countSteps, type Grid, type StepSink, walkSteps } from './steps.js';
import type { Timeline } from './timeline.js';

export type BackfillTarget =
  | { readonly out: string }
  | {
      readonly prometheusData: string;
      readonly prometheusUrl?: string | undefined;
      /** What lets it in there. */
      readonly access?: Access | undefined;
      /** Lets promtool make the blocks: the same blocks, a hundred times slower. */
      readonly promtool?: boolean | undefined;
      /** Succeeds without writing when the past of this range was already written. */
      readonly ifAbsent?: boolean | undefined;
    }
  | {
      readonly remoteWrite: string;
      readonly access?: Access | undefined;
      readonly stateFile?: string | undefined;
      readonly retry?: RetryPolicy | undefined;
      readonly limits?: RequestLimits | undefined;
    }
  | { readonly dryRun: true };

export interface BackfillOptions {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly nowMs: number;
  readonly target: BackfillTarget;
  /** Also writes blocks of the last three hours, which Prometheus may be writing itself. */
  readonly includeRecent?: boolean | undefined;
  /** When the range ends where Prometheus' own samples begin: that moment; nothing before it is left out. */
  readonly joinsAtMs?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly print: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Summary {
  readonly fromMs: number;
  /** Earlier than requested when that would overlap with what Prometheus writes itself. */
  readonly toMs: number;
  readonly steps: number;
  readonly series: number;
  readonly samples: number;
  readonly seconds: number;
  /** Paths of files, or names of blocks. */
  readonly written: readonly string[];
}

/**
 * Writes the past of a timeline. When it fails, nothing incomplete can be mistaken for complete: files get their names and
 * the manifest its `done` only at the end, and blocks are moved into place all or none.
 */
export async function runBackfill(timeline: Timeline, options: BackfillOptions): Promise<Summary> {
  const { target, nowMs, print, signal } = options;
  const startedAt = performance.now();
  const asked: Grid = { fromMs: options.fromMs, toMs: options.toMs, stepMs: options.stepMs };
  checkGrid(asked);
  const { joinsAtMs } = options;
  const leavesEdge = !('remoteWrite' in target) && options.includeRecent !== true && joinsAtMs === undefined;
  const grid = endBeforeNow(asked, nowMs, leavesEdge ? RECENT_EDGE_MS : 0);
  if (grid.toMs !== asked.toMs) {
    const reason = leavesEdge ? 'the last 3 hours are left to Prometheus itself' : 'the future is not known';
    print(`ends at ${new Date(grid.toMs).toISOString()}: ${reason}`);
  }

  const blockMs = chooseBlockMs(grid.stepMs);
  const { series } = timeline;
  let samples = 0;
  // When the range ends near the present, the next values are those that the service shows now.
  const readUntilMs = joinsAtMs ?? (nowMs - grid.toMs <= RECENT_EDGE_MS + grid.stepMs ? nowMs : undefined);
  const walk = async (sink: StepSink, part: Grid = grid): Promise<void> => {
    await walkSteps(timeline, part, withProgress(sink, part), { readUntilMs, signal });
    if (samples === 0) throw new BugflowError('BACKFILL_USAGE', nothingThere(part));
  };
  const withProgress = (sink: StepSink, part: Grid): StepSink => {
    const stepsTotal = countSteps(part);
    let stepsDone = 0;
    return {
      step(step) {
        samples += step.present;
        stepsDone += 1;
        options.onProgress?.({ stepsDone, stepsTotal, samples });
        return sink.step(step);
      },
    };
  };

  const write = async (): Promise<readonly string[]> => {
    const common = { grid, blockMs, nowMs, series, print, signal };
    if ('out' in target) {
      return (await backfillFiles({ ...common, folder: target.out }, walk)).map(({ path }) => path);
    }
    if ('prometheusData' in target) {
      return backfillPrometheusData(
        {
          ...common,
          folder: target.prometheusData,
          prometheusUrl: target.prometheusUrl,
          access: target.access,
          promtool: target.promtool ?? false,
        },
        walk,
      );
    }
    if ('remoteWrite' in target) {
      await backfillRemoteWrite(
        { ...common, ...target, url: target.remoteWrite, stateFile: target.stateFile },
        walk,
      );
      return [];
    }
    const dryRun = createDryRun(series, blockMs);
    await walk(dryRun);
    const { fileBytes, blockBytes, blocks } = dryRun.estimate();
    print(
      `would write ${formatCount(samples)} samples of ${series.length} series in ${countSteps(grid)} steps: ` +
        `about ${formatBytes(blockBytes)} in ${blocks} blocks of Prometheus, or ${formatBytes(fileBytes)} of OpenMetrics files`,
    );
    return [];
  };
  const written = await write();

  const seconds = (performance.now() - startedAt) / 1000;
  if (!('dryRun' in target)) {
    print(
      `${formatCount(samples)} samples of ${series.length} series from ${new Date(grid.fromMs).toISOString()} to ${new Date(grid.toMs).toISOString()} in ${formatTime(seconds * 1000)}`,
    );
  }
  return { ...grid, steps: countSteps(grid), series: series.length, samples, seconds, written };
}

function nothingThere({ fromMs, toMs }: Grid): string {
  return `nothing happened until ${new Date(toMs).toISOString()}, so there is nothing to write from ${new Date(fromMs).toISOString()} on: choose a later --to`;
}
