import { type Format, OPENMETRICS_END, renderStretches, type SampleFamily, type Stretch } from './format.js';
import { type DeflatedPiece, deflatePiece, inflatePiece, joinGzip } from './gzip.js';

interface Piece extends DeflatedPiece {
  /** The uncompressed bytes, kept only while there are scrapers that do not accept gzip. */
  plain: Buffer | undefined;
}

/** The rendered metrics of one source (a collector, the service itself), as consecutive pieces. */
type Part = readonly Readonly<Record<Format, Piece>>[];

/**
 * The bytes that scrapes get. A part is replaced as a whole after it was rendered and compressed, so a scrape sees the
 * old state or the new one, and only sends finished bytes.
 */
export interface Exposition {
  /** Renders and publishes a part. Callers must not publish two states of one part at the same time. */
  publish(part: string, families: readonly SampleFamily[]): Promise<void>;
  withdraw(part: string): void;
  body(format: Format, gzip: boolean): Buffer;
}

/** How long uncompressed bytes are kept after a scrape that needed them: they are ten times as large and rarely needed. */
const KEEP_PLAIN_MS = 5 * 60_000;

export async function createExposition(): Promise<Exposition> {
  const parts = new Map<string, Part>();
  const bodies = new Map<string, Buffer>();
  /** By performance.now(), which does not change when the clock is set. */
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
