// Writes Prometheus' blocks itself: promtool may be missing, and needs the whole past as text on the disk first.
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { blockStartMs } from '../block-windows.js';
import { labelPairs } from '../labels.js';
import { outputError } from '../output-error.js';
import type { Step, StepSink } from '../steps.js';
import type { Series } from '../timeline.js';
import { ByteWriter, toBinary } from './bytes.js';
import { byBytes, renderIndex } from './index-file.js';
import { createUlid } from './ulid.js';
import { XorChunks } from './xor-chunks.js';

export interface BlockWriterOptions {
  readonly folder: string;
  /** The timeline's series; the list grows while its changes are read. */
  readonly series: readonly Series[];
  readonly stepMs: number;
  readonly blockMs: number;
}

export interface BlockWriter extends StepSink {
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/** One series in the current block. */
interface Track {
  readonly labels: readonly (readonly [string, string])[];
  /** Sorts like the labels, pair by pair. */
  readonly key: string;
  readonly chunks: XorChunks;
  /** The beginning of the samples with the current value that are not in a chunk yet. */
  runFromMs: number;
  value: number;
}

const CHUNKS_MAGIC = 0x85bd40dd;
const XOR_ENCODING = 1;
/** Prometheus' own limit for a file of chunks. */
const SEGMENT_BYTES = 512 * 2 ** 20;
const PIECE_BYTES = 4 * 2 ** 20;
/** Magic number, version and the check sum of empty content. */
const NO_TOMBSTONES = Buffer.from([0x01, 0x30, 0xba, 0x30, 0x01, 0, 0, 0, 0]);

/**
 * Writes Prometheus' blocks. As most samples repeat the one before, it works through the changes only: all samples between
 * two changes are encoded at once.
 */
export function createBlockWriter({ folder, series, stepMs, blockMs }: BlockWriterOptions): BlockWriter {
  const tracks: (Track | undefined)[] = [];
  let windowEndMs = Number.NEGATIVE_INFINITY;
  let lastMs = 0;

  const trackOf = (index: number): Track => {
    let track = tracks[index];
    if (!track) {
      track = createTrack(series[index], index);
      tracks[index] = track;
    }
    return track;
  };
  const endRun = (track: Track, untilMs: number): void => {
    const samples = Math.round((untilMs - track.runFromMs) / stepMs) + 1;
    if (samples > 0 && !Number.isNaN(track.value)) {
      track.chunks.appendRun(track.runFromMs, samples, stepMs, track.value);
    }
  };
  const apply = ({ atMs, values, changed, changedCount }: Step): void => {
    for (let i = 0; i < changedCount; i += 1) {
      const index = changed[i] ?? 0;
      const track = trackOf(index);
      const value = values[index] ?? Number.NaN;
      if (Object.is(value, track.value)) continue;
      endRun(track, atMs - stepMs);
      track.value = value;
      track.runFromMs = atMs;
    }
    lastMs = atMs;
  };
  const beginWindow = async (step: Step): Promise<void> => {
    await finish();
    windowEndMs = blockStartMs(step.atMs, blockMs) + blockMs;
    for (const track of tracks) if (track) track.runFromMs = step.atMs;
    apply(step);
  };
  const finish = async (): Promise<void> => {
    const filled: Track[] = [];
    for (const track of tracks) {
      if (!track) continue;
      endRun(track, lastMs);
      track.runFromMs = lastMs + stepMs;
      if (track.chunks.samples > 0) filled.push(track);
    }
    if (filled.length === 0) return;
    filled.sort((a, b) => byBytes(a.key, b.key));
    await writeBlock(folder, filled);
    for (const { chunks } of filled) chunks.clear();
  };

  return {
    step(step) {
      if (step.atMs >= windowEndMs) return beginWindow(step);
      apply(step);
      return undefined;
    },
    finish,
    discard: async () => undefined,
  };
}

function createTrack(series: Series | undefined, index: number): Track {
  if (!series) throw new Error(`a change of series ${index}, which does not exist`);
  const labels = labelPairs(series).map(([name, value]) => [toBinary(name), toBinary(value)] as const);
  return {
    labels,
    key: labels.flat().join('\0'),
    chunks: new XorChunks(),
    runFromMs: 0,
    value: Number.NaN,
  };
}

async function writeBlock(folder: string, tracks: readonly Track[]): Promise<void> {
  const ulid = createUlid(Date.now(), randomBytes(10));
  const block = join(folder, ulid);
  try {
    await mkdir(join(block, 'chunks'), { recursive: true });
    await writeChunks(join(block, 'chunks'), tracks);
    await writeWhole(join(block, 'index'), renderIndex(tracks));
    await writeWhole(join(block, 'tombstones'), NO_TOMBSTONES);
    const meta = describe(ulid, tracks);
    await writeWhole(join(block, 'meta.json'), Buffer.from(`${JSON.stringify(meta, undefined, '\t')}\n`));
  } catch (error) {
    throw outputError(error, dirname(folder));
  }
}

/** The block's meta.json; `maxTime` is the first moment after the block. */
function describe(ulid: string, tracks: readonly Track[]): object {
  let minTime = Number.POSITIVE_INFINITY;
  let maxTime = Number.NEGATIVE_INFINITY;
  let numChunks = 0;
  for (const { chunks } of tracks) {
    minTime = Math.min(minTime, chunks.chunk(0).minMs);
    maxTime = Math.max(maxTime, chunks.chunk(chunks.chunkCount - 1).maxMs + 1);
    numChunks += chunks.chunkCount;
  }
  const numSamples = tracks.reduce((sum, { chunks }) => sum + chunks.samples, 0);
  return {
    ulid,
    minTime,
    maxTime,
    stats: { numSamples, numSeries: tracks.length, numChunks },
    compaction: { level: 1, sources: [ulid] },
    version: 1,
  };
}

/** Writes all chunks, series by series, and records their places. */
async function writeChunks(folder: string, tracks: readonly Track[]): Promise<void> {
  const segments = createSegments(folder);
  try {
    for (const { chunks: encoded } of tracks) {
      encoded.finish();
      for (let i = 0; i < encoded.chunkCount; i += 1) {
        const waiting = segments.makeRoom();
        if (waiting) await waiting;
        const { start, end } = encoded.chunk(i);
        encoded.locate(i, segments.add(encoded.bytes, start, end));
      }
    }
    await segments.finish();
  } finally {
    await segments.close();
  }
}

interface Segments {
  makeRoom(): Promise<void> | undefined;
  /** Returns the chunk's reference: the number of the segment, and the place in it. */
  add(bytes: Uint8Array, start: number, end: number): number;
  finish(): Promise<void>;
  close(): Promise<void>;
}

function createSegments(folder: string): Segments {
  const piece = new ByteWriter(PIECE_BYTES + 2 ** 16);
  let file: FileHandle | undefined;
  let number = 0;
  let written = 0;

  const flush = async (): Promise<void> => {
    await file?.writeFile(piece.view());
    written += piece.length;
    piece.clear();
  };
  const finish = async (): Promise<void> => {
    await flush();
    await file?.sync();
    await close();
  };
  const close = async (): Promise<void> => {
    const closing = file;
    file = undefined;
    await closing?.close();
  };
  const nextSegment = async (): Promise<void> => {
    if (file) await finish();
    number += 1;
    written = 0;
    file = await open(join(folder, String(number).padStart(6, '0')), 'w');
    piece.u32(CHUNKS_MAGIC);
    piece.u32(0x01000000);
  };

  return {
    makeRoom() {
      if (!file || written + piece.length >= SEGMENT_BYTES - PIECE_BYTES) return nextSegment();
      return piece.length >= PIECE_BYTES ? flush() : undefined;
    },
    add(bytes, start, end) {
      const ref = (number - 1) * 2 ** 32 + written + piece.length;
      piece.uvarint(end - start);
      const encodedFrom = piece.length;
      piece.u8(XOR_ENCODING);
      piece.part(bytes, start, end);
      piece.crc(encodedFrom);
      return ref;
    },
    finish,
    close,
  };
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
