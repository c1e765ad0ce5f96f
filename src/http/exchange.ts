import { type Dispatcher, request as send } from 'undici';
import { messageOf } from '../base/errors.js';
import type { Redact } from './redaction.js';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** For the whole request, from connecting to the end of the answer. */
  readonly timeoutMs: number;
}

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  /** By its name in lower case. */
  header(name: string): string | undefined;
  /** The unchanged body; it may quote parts of the request. */
  readonly text: string;
  /** The beginning of the body in one line, without secrets. */
  readonly quote: string;
}

/** There was no complete answer; the server may have carried out the request all the same. */
export interface Failure {
  readonly kind: 'failure';
  /** Contains no secrets. */
  readonly reason: string;
  readonly code: string | undefined;
}

export type Outcome = Answer | Failure;

export interface ExchangeOptions {
  readonly dispatcher: Dispatcher;
  readonly connectTimeoutMs: number;
  readonly maxBytes: number;
  readonly redact: Redact;
  /** Cancels the request, which then rejects with the signal's reason. */
  readonly signal: AbortSignal | undefined;
}

const MAX_QUOTED_CHARACTERS = 300;

/** Sends one request. Redirects are not followed, so that credentials reach only the configured server. */
export async function exchange(
  { method, url, headers, body, timeoutMs }: HttpRequest,
  { dispatcher, connectTimeoutMs, maxBytes, redact, signal }: ExchangeOptions,
): Promise<Outcome> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await send(url, {
      dispatcher,
      method,
      headers: { 'user-agent': 'taiga-bugflow', ...headers },
      ...(body === undefined ? {} : { body }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const text = await textOf(response.body, maxBytes);
    return {
      kind: 'answer',
      status: response.statusCode,
      header(name) {
        const value = response.headers[name];
        return typeof value === 'object' ? value[0] : value;
      },
      text,
      quote: quote(redact(text)),
    };
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted)
      return { kind: 'failure', reason: `no answer within ${timeoutMs / 1000} s`, code: 'ETIMEDOUT' };
    return failureOf(error, connectTimeoutMs, redact);
  }
}

async function textOf(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop closes the connection.
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`its answer is larger than ${maxBytes / 2 ** 20} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failureOf(error: unknown, connectTimeoutMs: number, redact: Redact): Failure {
  // A name with several addresses gives one error for each.
  const cause = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
  const code =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const reason =
    code === 'UND_ERR_CONNECT_TIMEOUT'
      ? `no connection within ${connectTimeoutMs / 1000} s`
      : messageOf(cause);
  return { kind: 'failure', reason: redact(reason), code };
}

/** The beginning of an answer, in one line. */
export function quote(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > MAX_QUOTED_CHARACTERS ? `${line.slice(0, MAX_QUOTED_CHARACTERS)}…` : line;
}
