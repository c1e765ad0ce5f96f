import { Duplex } from 'node:stream';
import { BugflowError } from '../base/errors.js';

export interface TunnelSocketOptions {
  readonly open: (host: string, port: number) => Promise<Duplex>;
  /** Gives the error to report instead of pg's own when pg stops waiting for the connection. */
  readonly explainTimeout: (error: Error) => Error;
}

/** Stands in for pg's TCP socket: `connect` opens a channel through the SSH session. */
export class TunnelSocket extends Duplex {
  readonly #options: TunnelSocketOptions;
  #channel: Duplex | undefined;

  constructor(options: TunnelSocketOptions) {
    super({ allowHalfOpen: false });
    this.#options = options;
  }

  connect(port: number | string, host = '127.0.0.1'): this {
    if (typeof port === 'string') {
      return this.destroy(
        new BugflowError(
          'CONFIG_INVALID',
          'through SSH the database is reached by host and port, not by a Unix socket; write postgres://USER@127.0.0.1:5432/NAME',
        ),
      );
    }
    this.#options.open(host, port).then(
      (channel) => this.#attach(channel),
      (error: Error) => this.destroy(error),
    );
    return this;
  }

  // Methods that a TCP socket has and a stream has not; the SSH session takes care of all of them.
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  #attach(channel: Duplex): void {
    channel.on('error', (error) => this.destroy(error));
    if (this.destroyed) {
      channel.destroy();
      return;
    }
    this.#channel = channel;
    channel.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) channel.pause();
    });
    channel.on('end', () => this.push(null));
    channel.on('close', () => this.destroy());
    this.emit('connect');
  }

  override _read(): void {
    this.#channel?.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#channel) this.#channel.write(bytes, done);
    else done(new Error('the tunnel is not connected'));
  }

  override _final(done: () => void): void {
    this.#channel?.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const gaveUpWaiting = error !== null && !this.#channel && !(error instanceof BugflowError);
    this.#channel?.destroy();
    done(gaveUpWaiting ? this.#options.explainTimeout(error) : error);
  }
}
