import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { outputError } from './output-error.js';

export type TextEncoding = 'latin1' | 'utf8';

const BUFFER_BYTES = 4 * 2 ** 20;

/**
 * A file written in large pieces: one piece is written to the disk while the next is filled. It gets its name when it is
 * complete; until then it is called `….part`.
 */
export class BufferedFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #filling = Buffer.allocUnsafe(BUFFER_BYTES);
  #spare = Buffer.allocUnsafe(BUFFER_BYTES);
  #filled = 0;
  #writing: Promise<void> | undefined;
  #bytes = 0;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  static async create(path: string): Promise<BufferedFile> {
    try {
      return new BufferedFile(path, await open(`${path}.part`, 'w'));
    } catch (error) {
      throw outputError(error, path);
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `latin1` is several times faster, and right for pure ASCII text. The caller must await a returned promise. */
  write(text: string, encoding: TextEncoding): Promise<void> | undefined {
    const maxBytes = encoding === 'latin1' ? text.length : text.length * 3;
    if (this.#filled + maxBytes > this.#filling.length)
      return this.#writeAfterFlush(text, encoding, maxBytes);
    this.#take(this.#filling.write(text, this.#filled, encoding));
    return undefined;
  }

  /** Completes the file and gives it its name. */
  async finish(): Promise<void> {
    try {
      await this.#flush();
      await this.#writing;
      await this.#handle.close();
      await rename(`${this.path}.part`, this.path);
    } catch (error) {
      await this.discard();
      throw outputError(error, this.path);
    }
  }

  /** Removes the incomplete file. */
  async discard(): Promise<void> {
    await this.#writing?.catch(() => undefined);
    await this.#handle.close().catch(() => undefined);
    await rm(`${this.path}.part`, { force: true });
  }

  async #writeAfterFlush(text: string, encoding: TextEncoding, maxBytes: number): Promise<void> {
    await this.#flush();
    if (maxBytes > this.#filling.length) {
      this.#filling = Buffer.allocUnsafe(maxBytes);
    }
    this.#take(this.#filling.write(text, 0, encoding));
  }

  #take(bytes: number): void {
    this.#filled += bytes;
    this.#bytes += bytes;
  }

  async #flush(): Promise<void> {
    try {
      await this.#writing;
    } catch (error) {
      throw outputError(error, this.path);
    }
    const full = this.#filling.subarray(0, this.#filled);
    [this.#filling, this.#spare] = [this.#spare, this.#filling];
    this.#filled = 0;
    const writing = this.#writeAll(full);
    // Awaited at the next flush; until then a failure must not count as unhandled.
    writing.catch(() => undefined);
    this.#writing = writing;
  }

  async #writeAll(bytes: Buffer): Promise<void> {
    for (let written = 0; written < bytes.length; ) {
      written += (await this.#handle.write(bytes, written)).bytesWritten;
    }
  }
}
