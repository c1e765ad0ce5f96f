import { rm } from 'node:fs/promises';
import type { Access } from '../http/http-target.js';
import { openDataDir, type Staging } from './data-dir.js';
import { createOpenMetricsFiles } from './openmetrics-files.js';
import { createBlock, requirePromtool } from './promtool.js';
import { checkRetention } from './retention.js';
import type { Grid, StepSink } from './steps.js';
import type { Series } from './timeline.js';
import { createBlockWriter } from './tsdb/block-writer.js';

/** A sink that makes blocks out of steps. */
export interface BlockMaker extends StepSink {
  finish(): Promise<void>;
  /** Stops the work; the incomplete blocks are removed with the staging folder. */
  discard(): Promise<void>;
}

export interface PrometheusDataOptions {
  readonly folder: string;
  readonly prometheusUrl: string | undefined;
  readonly access?: Access | undefined;
  /** Makes the blocks with promtool, a hundred times slower. */
  readonly promtool: boolean;
  readonly grid: Grid;
  readonly blockMs: number;
  readonly nowMs: number;
  readonly series: readonly Series[];
  readonly print: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const PROMTOOLS_AT_ONCE = 2;

/**
 * Writes the past into Prometheus' data folder: blocks are staged inside it and moved into place when all are complete. A
 * range that was already written is refused, not replaced: Prometheus may have compacted it together with its own
 * samples, and nothing can be removed from a block.
 */
export async function backfillPrometheusData(
  options: PrometheusDataOptions,
  walk: (sink: StepSink) => Promise<void>,
): Promise<readonly string[]> {
  const { folder, grid, print } = options;
  if (options.promtool) await requirePromtool();
  const dataDir = await openDataDir(folder);
  const recovered = await dataDir.recover();
  if (recovered > 0) print(`${folder}: put ${recovered} blocks of an interrupted backfill in place`);
  await dataDir.requireAbsent(grid);
  const warnings = await checkRetention({
    fromMs: grid.fromMs,
    nowMs: options.nowMs,
    folder,
    prometheusUrl: options.prometheusUrl,
    access: options.access,
  });
  for (const warning of warnings) print(`warning: ${warning}`);

  const staging = await dataDir.stage();
  try {
    const maker = options.promtool
      ? createPromtoolMaker(staging, options)
      : createBlockWriter({
          folder: staging.blocksFolder,
          series: options.series,
          stepMs: grid.stepMs,
          blockMs: options.blockMs,
        });
    try {
      await walk(maker);
      await maker.finish();
    } catch (error) {
      await maker.discard();
      throw error;
    }
    return await staging.publish(grid);
  } finally {
    await staging.remove();
  }
}

/** Writes text files; promtool turns each one into a block, then it is removed. */
function createPromtoolMaker(
  { filesFolder, blocksFolder, temporaryFolder }: Staging,
  { series, blockMs, signal }: PrometheusDataOptions,
): BlockMaker {
  const stop = new AbortController();
  const running = new Set<Promise<void>>();
  let failure: unknown;
  const convert = async (path: string): Promise<void> => {
    try {
      const stopSignal = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
      await createBlock(path, { blockMs, blocksFolder, temporaryFolder, signal: stopSignal });
      await rm(path);
    } catch (error) {
      failure ??= error;
    }
  };
  const files = createOpenMetricsFiles({
    folder: filesFolder,
    series,
    blockMs,
    async onFile({ path }) {
      const job = convert(path).finally(() => running.delete(job));
      running.add(job);
      if (running.size >= PROMTOOLS_AT_ONCE) await Promise.race(running);
      if (failure !== undefined) throw failure;
    },
  });
  return {
    step: (step) => files.step(step),
    async finish() {
      await files.finish();
      await Promise.all(running);
      if (failure !== undefined) throw failure;
    },
    async discard() {
      stop.abort();
      await Promise.all(running);
      await files.discard();
    },
  };
}
