import { snappyCompressor } from 'hysnappy';
import { PbfWriter } from 'pbf';
import { type LabelPair, labelPairs } from './labels.js';
import type { Series } from './timeline.js';

/** A request. Its samples are not earlier than those of the request before. */
export interface WriteRequest {
  /** Protobuf, compressed with Snappy. */
  readonly body: Uint8Array;
  readonly samples: number;
  /** This and earlier requests contain all samples up to this step; undefined: not even the first step is complete. */
  readonly completeUntilMs: number | undefined;
}

export interface RequestLimits {
  readonly samples: number;
  /** Before compression. */
  readonly bytes: number;
}

export interface RequestBuilder {
  readonly samples: number;
  /** Whether one more sample of this series would exceed the limits. */
  isFullFor(series: number): boolean;
  add(series: number, atMs: number, value: number): void;
  build(completeUntilMs: number | undefined): WriteRequest;
}

/** Tag, length, value (9 bytes), time (7 bytes in this century). */
const SAMPLE_BYTES = 18;
const TAG_AND_LENGTH_BYTES = 5;

/** Builds prompb.WriteRequest: for each series its labels, then its samples in order of time. */
export function createRequestBuilder(series: readonly Series[], limits: RequestLimits): RequestBuilder {
  const compress = snappyCompressor();
  const encodedLabels: (readonly Uint8Array[])[] = [];
  const labelBytes: number[] = [];
  /** By series: time, value, time, value, … */
  const queues: number[][] = [];
  /** The series that have samples in this request. */
  let touched: number[] = [];
  let samples = 0;
  let bytes = 0;

  const register = (index: number): void => {
    const known = series[index];
    if (!known) throw new Error(`a change of series ${index}, which does not exist`);
    const labels = labelPairs(known).map(encodeLabel);
    encodedLabels[index] = labels;
    labelBytes[index] = labels.reduce((sum, { length }) => sum + length + 2, TAG_AND_LENGTH_BYTES);
    queues[index] = [];
  };
  const writeSeries = (index: number, writer: PbfWriter): void => {
    for (const label of encodedLabels[index] ?? []) writer.writeBytesField(1, label);
    const queue = queues[index] ?? [];
    for (let i = 0; i < queue.length; i += 2) writer.writeMessage(2, writeSample, { queue, i });
  };

  return {
    get samples() {
      return samples;
    },
    isFullFor(index) {
      if (queues[index] === undefined) register(index);
      const more = SAMPLE_BYTES + (queues[index]?.length === 0 ? (labelBytes[index] ?? 0) : 0);
      return samples > 0 && (samples >= limits.samples || bytes + more > limits.bytes);
    },
    add(index, atMs, value) {
      if (queues[index] === undefined) register(index);
      const queue = queues[index] ?? [];
      if (queue.length === 0) {
        touched.push(index);
        bytes += labelBytes[index] ?? 0;
      }
      queue.push(atMs, value);
      samples += 1;
      bytes += SAMPLE_BYTES;
    },
    build(completeUntilMs) {
      const writer = new PbfWriter(new Uint8Array(bytes + 1024));
      for (const index of touched) writer.writeMessage(1, writeSeries, index);
      const request = { body: compress(writer.finish()), samples, completeUntilMs };
      for (const index of touched) queues[index] = [];
      touched = [];
      samples = 0;
      bytes = 0;
      return request;
    },
  };
}

function encodeLabel([name, value]: LabelPair): Uint8Array {
  const writer = new PbfWriter();
  writer.writeStringField(1, name);
  writer.writeStringField(2, value);
  return writer.finish();
}

function writeSample({ queue, i }: { queue: readonly number[]; i: number }, writer: PbfWriter): void {
  writer.writeDoubleField(1, queue[i + 1] ?? 0);
  writer.writeVarintField(2, queue[i] ?? 0);
}
