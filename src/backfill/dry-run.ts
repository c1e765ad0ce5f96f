import { renderLabels } from '../collectors/labels.js';
import { formatValue } from '../exposition/format.js';
import { blockStartMs } from './block-windows.js';
import type { Step, StepSink } from './steps.js';
import type { Series } from './timeline.js';

export interface Estimate {
  readonly samples: number;
  readonly blocks: number;
  /** The exact size of the OpenMetrics files. */
  readonly fileBytes: number;
  /** The approximate size of the blocks. */
  readonly blockBytes: number;
}

export interface DryRun extends StepSink {
  estimate(): Estimate;
}

/** ` 1735689600\n` */
const STAMP_BYTES = 12;
const END_BYTES = 6;
const SAMPLES_PER_CHUNK = 120;
/** Measured (bench/backfill): a chunk with its entry in the index, a change, a series' entry in a block's index. */
const CHUNK_BYTES = 58;
const CHANGE_BYTES = 5;
const SERIES_BYTES = 120;

/** Counts what a backfill would write; its time depends on the number of changes only. */
export function createDryRun(series: readonly Series[], blockMs: number): DryRun {
  /** By series; 0: it has no value now. */
  const lineBytes: number[] = [];
  /** The bytes of name and labels, by series. */
  const headBytes: number[] = [];
  let stepBytes = 0;
  let fileBytes = 0;
  let samples = 0;
  let changes = 0;
  let blocks = 0;
  let seriesInBlocks = 0;
  let windowEndMs = Number.NEGATIVE_INFINITY;

  const bytesOfHead = ({ name, labels }: Series): number => Buffer.byteLength(name + renderLabels(labels));
  const bytesOfLine = (index: number, value: number): number => {
    const known = series[index];
    if (!known || Number.isNaN(value)) return 0;
    headBytes[index] ??= bytesOfHead(known);
    return headBytes[index] + 1 + formatValue(value).length + STAMP_BYTES;
  };

  return {
    step(step: Step) {
      for (let i = 0; i < step.changedCount; i += 1) {
        const index = step.changed[i] ?? 0;
        const bytes = bytesOfLine(index, step.values[index] ?? Number.NaN);
        stepBytes += bytes - (lineBytes[index] ?? 0);
        lineBytes[index] = bytes;
      }
      changes += step.changedCount;
      if (step.present === 0) return undefined;
      if (step.atMs >= windowEndMs) {
        windowEndMs = blockStartMs(step.atMs, blockMs) + blockMs;
        blocks += 1;
        fileBytes += END_BYTES;
        seriesInBlocks += step.present;
      }
      samples += step.present;
      fileBytes += stepBytes;
      return undefined;
    },
    estimate: () => ({
      samples,
      blocks,
      fileBytes,
      blockBytes: Math.round(
        Math.max(samples / SAMPLES_PER_CHUNK, seriesInBlocks) * CHUNK_BYTES +
          changes * CHANGE_BYTES +
          seriesInBlocks * SERIES_BYTES,
      ),
    }),
  };
}
