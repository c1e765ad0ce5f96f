import { ByteWriter } from './bytes.js';
import type { ChunkSpan, XorChunks } from './xor-chunks.js';

/** A series of a block, ready for its index. All strings have one byte per character. */
export interface IndexedSeries {
  /** Sorted by name. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly chunks: Pick<XorChunks, 'chunkCount' | 'chunk'>;
}

const MAGIC = 0xbaaad700;
const VERSION = 2;
/** References to series are offsets in units of 16 bytes. */
const SERIES_ALIGNMENT = 16;

/** A block's `index` file, version 2 (prometheus/tsdb/docs/format/index.md). The series must be sorted by their labels. */
export function renderIndex(series: readonly IndexedSeries[]): Buffer {
  const out = new ByteWriter(1 << 20);
  out.u32(MAGIC);
  out.u8(VERSION);

  const symbols = collectSymbols(series);
  const symbolsAt = out.length;
  section(out, () => {
    out.u32(symbols.size);
    for (const symbol of symbols.keys()) string(out, symbol);
  });

  out.pad(SERIES_ALIGNMENT);
  const seriesAt = out.length;
  const body = new ByteWriter();
  const ids = series.map((entry) => writeSeries(out, body, entry, symbols));

  const postings = collectPostings(series, ids);
  out.pad(4);
  const labelIndicesAt = out.length;
  const labelIndices = [...postings].map(([name, values]) => ({
    keys: [name],
    at: writeLabelIndex(out, values.keys(), symbols),
  }));

  out.pad(4);
  const postingsAt = out.length;
  const lists = [{ keys: ['', ''], at: writePostings(out, ids) }];
  for (const [name, values] of postings) {
    for (const [value, list] of values) lists.push({ keys: [name, value], at: writePostings(out, list) });
  }

  const labelIndexTableAt = writeOffsetTable(out, labelIndices);
  const postingsTableAt = writeOffsetTable(out, lists);

  const contentsAt = out.length;
  for (const offset of [
    symbolsAt,
    seriesAt,
    labelIndicesAt,
    labelIndexTableAt,
    postingsAt,
    postingsTableAt,
  ]) {
    out.u64(offset);
  }
  out.crc(contentsAt);
  return out.view();
}

/** The number of each symbol in sorted order. */
function collectSymbols(series: readonly IndexedSeries[]): Map<string, number> {
  const symbols = new Set<string>();
  for (const { labels } of series) {
    for (const [name, value] of labels) symbols.add(name).add(value);
  }
  return new Map([...symbols].sort(byBytes).map((symbol, number) => [symbol, number]));
}

function writeSeries(
  out: ByteWriter,
  body: ByteWriter,
  { labels, chunks }: IndexedSeries,
  symbols: ReadonlyMap<string, number>,
): number {
  out.pad(SERIES_ALIGNMENT);
  const id = out.length / SERIES_ALIGNMENT;
  body.clear();
  body.uvarint(labels.length);
  for (const [name, value] of labels) {
    body.uvarint(symbols.get(name) ?? 0);
    body.uvarint(symbols.get(value) ?? 0);
  }
  body.uvarint(chunks.chunkCount);
  let previous: ChunkSpan | undefined;
  for (let i = 0; i < chunks.chunkCount; i += 1) {
    const chunk = chunks.chunk(i);
    if (previous) body.uvarint(chunk.minMs - previous.maxMs);
    else body.varint(chunk.minMs);
    body.uvarint(chunk.maxMs - chunk.minMs);
    if (previous) body.varint(chunk.ref - previous.ref);
    else body.uvarint(chunk.ref);
    previous = chunk;
  }
  out.uvarint(body.length);
  const start = out.length;
  out.raw(body.view());
  out.crc(start);
  return id;
}

type Postings = Map<string, Map<string, number[]>>;

/** The series for each name and value; both are sorted. */
function collectPostings(series: readonly IndexedSeries[], ids: readonly number[]): Postings {
  const postings: Postings = new Map();
  for (const [i, { labels }] of series.entries()) {
    const id = ids[i] ?? 0;
    for (const [name, value] of labels) {
      const values = postings.get(name) ?? new Map<string, number[]>();
      postings.set(name, values);
      const list = values.get(value);
      if (list) list.push(id);
      else values.set(value, [id]);
    }
  }
  return sortKeys(new Map([...postings].map(([name, values]) => [name, sortKeys(values)])));
}

function writeLabelIndex(
  out: ByteWriter,
  values: Iterable<string>,
  symbols: ReadonlyMap<string, number>,
): number {
  const numbers = [...values].map((value) => symbols.get(value) ?? 0);
  return aligned(out, () => {
    out.u32(1);
    out.u32(numbers.length);
    for (const number of numbers) out.u32(number);
  });
}

function writePostings(out: ByteWriter, ids: readonly number[]): number {
  return aligned(out, () => {
    out.u32(ids.length);
    for (const id of ids) out.u32(id);
  });
}

function writeOffsetTable(
  out: ByteWriter,
  entries: readonly { readonly keys: readonly string[]; readonly at: number }[],
): number {
  const at = out.length;
  section(out, () => {
    out.u32(entries.length);
    for (const entry of entries) {
      out.uvarint(entry.keys.length);
      for (const key of entry.keys) string(out, key);
      out.uvarint(entry.at);
    }
  });
  return at;
}

function aligned(out: ByteWriter, write: () => void): number {
  out.pad(4);
  const at = out.length;
  section(out, write);
  return at;
}

/** Writes length, content and check sum. */
function section(out: ByteWriter, write: () => void): void {
  const at = out.length;
  out.u32(0);
  const start = out.length;
  write();
  out.setU32(at, out.length - start);
  out.crc(start);
}

function string(out: ByteWriter, text: string): void {
  out.uvarint(text.length);
  out.binary(text);
}

function sortKeys<T>(map: Map<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => byBytes(a, b)));
}

export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
