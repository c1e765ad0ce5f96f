import { type Format, OPENMETRICS_END, renderStretches, type SampleFamily, type Stretch } from './format.js';
import { type DeflatedPiece, deflatePiece, inflatePiece, joinGzip } from './gzip.js';

interface Piece extends DeflatedPiece {
  /** What was compressed, while there are scrapers that do not take gzip. */
  plain: Buffer | undefined;
}

/** What one source (a collector, the service itself) has to say, ready to be sent: the pieces follow each other. */
type Part = readonly Readonly<Record<Format, Piece>>[];

/**
 * The bytes that scrapes get. A part is replaced whole once it is rendered and compressed, so a scrape sees the old
 * state or the new one; it only sends what lies ready.
 */
export interface Exposition {
  /** Renders and publishes a part. Callers publish one state of a part after another, never two at a time. */
  publish(part: string, families: readonly SampleFamily[]): Promise<void>;
  withdraw(part: string): void;
  body(format: Format, gzip: boolean): Buffer;
}

/** How long plain bytes lie ready after a scrape that wanted them: ten times as large, and hardly ever wanted. */
const KEEP_PLAIN_MS = 5 * 60_000;

export async function createExposition(): Promise<Exposition> {
  const parts = new Map<string, Part>();
  const bodies = new Map<string, Buffer>();
  /** By performance.now(), which a clock that is set does not move. */
  let keepPlainUntil = Number.NEGATIVE_INFINITY;

  const compress = async (bytes: Buffer): Promise<Piece> => {
    const deflated = await deflatePiece(bytes);
    return { ...deflated, plain: keepsPlain() ? bytes : undefined };
  };
  const compressStretch = async ({ text, openmetrics }: Stretch): Promise<Part[number]> => {
    const piece = await compress(text);
    return { text: piece, openmetrics: openmetrics === text ? piece : await compress(openmetrics) };
  };
  const keepsPlain = (): boolean => performance.now() < keepPlainUntil;
  const forgetPlain = (): void => {
    for (const part of parts.values())
      for (const { text, openmetrics } of part) {
        text.plain = undefined;
        openmetrics.plain = undefined;
      }
  };
  const plainOf = (piece: Piece): Buffer => {
    piece.plain ??= inflatePiece(piece);
    return piece.plain;
  };
  const end = await compressStretch({ text: Buffer.alloc(0), openmetrics: Buffer.from(OPENMETRICS_END) });

  return {
    async publish(name, families) {
      const part: Part[number][] = [];
      for await (const stretch of renderStretches(families)) part.push(await compressStretch(stretch));
      parts.set(name, part);
      bodies.clear();
      if (!keepsPlain()) forgetPlain();
    },
    withdraw(name) {
      if (parts.delete(name)) bodies.clear();
    },
    body(format, gzip) {
      if (!gzip) keepPlainUntil = performance.now() + KEEP_PLAIN_MS;
      const key = `${format} ${gzip}`;
      let body = bodies.get(key);
      if (!body) {
        const pieces = [...parts.values()].flat().map((piece) => piece[format]);
        pieces.push(end[format]);
        body = gzip ? joinGzip(pieces) : Buffer.concat(pieces.map(plainOf));
        bodies.set(key, body);
      }
      return body;
    },
  };
}
