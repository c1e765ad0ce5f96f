import { type Format, OPENMETRICS_END, renderFamilies, rendersAlike, type SampleFamily } from './format.js';
import { type DeflatedPiece, deflatePiece, joinGzip } from './gzip.js';

interface Piece extends DeflatedPiece {
  readonly bytes: Buffer;
}

/** What one source (a collector, the service itself) has to say, ready to be sent. */
type Part = Readonly<Record<Format, Piece>>;

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

export async function createExposition(): Promise<Exposition> {
  const parts = new Map<string, Part>();
  const bodies = new Map<string, Buffer>();
  const ends: Readonly<Record<Format, Piece>> = {
    text: await createPiece(Buffer.alloc(0)),
    openmetrics: await createPiece(Buffer.from(OPENMETRICS_END)),
  };

  return {
    async publish(name, families) {
      const text = await createPiece(await renderFamilies(families, 'text'));
      const openmetrics = rendersAlike(families)
        ? text
        : await createPiece(await renderFamilies(families, 'openmetrics'));
      parts.set(name, { text, openmetrics });
      bodies.clear();
    },
    withdraw(name) {
      if (parts.delete(name)) bodies.clear();
    },
    body(format, gzip) {
      const key = `${format} ${gzip}`;
      let body = bodies.get(key);
      if (!body) {
        const pieces = [...parts.values()].map((part) => part[format]).concat(ends[format]);
        body = gzip ? joinGzip(pieces) : Buffer.concat(pieces.map((piece) => piece.bytes));
        bodies.set(key, body);
      }
      return body;
    },
  };
}

async function createPiece(bytes: Buffer): Promise<Piece> {
  return { bytes, ...(await deflatePiece(bytes)) };
}
