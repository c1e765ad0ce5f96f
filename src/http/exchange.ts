import { messageOf } from '../errors.js';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export type Outcome =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Headers; readonly text: string }
  /** No whole answer came; the request may have been carried out all the same. */
  | { readonly kind: 'failure'; readonly reason: string; readonly code: string | undefined };

/** No answer that is waited for here is nearly as large. */
const MOST_BYTES = 32 * 2 ** 20;
const MOST_CHARACTERS_QUOTED = 300;

/** One request and what becomes of it. Redirects are not followed: credentials go where they were meant for. */
export async function exchange(request: HttpRequest): Promise<Outcome> {
  const { method, url, headers, body, timeoutMs, signal } = request;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { 'user-agent': 'taiga-bugflow', ...headers },
      ...(body === undefined ? {} : { body }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    return {
      kind: 'answer',
      status: response.status,
      headers: response.headers,
      text: await textOf(response),
    };
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted)
      return { kind: 'failure', reason: `no answer within ${timeoutMs / 1000} s`, code: 'ETIMEDOUT' };
    return failureOf(error);
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`its answer is larger than ${MOST_BYTES / 2 ** 20} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What `fetch` says is "fetch failed"; why is in the cause, or in the causes where a name has several addresses. */
function failureOf(error: unknown): Outcome {
  let cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof AggregateError && cause.errors.length > 0) cause = cause.errors[0];
  const code =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return { kind: 'failure', reason: messageOf(cause), code };
}

/** The beginning of an answer, in one line. */
export function quote(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > MOST_CHARACTERS_QUOTED ? `${line.slice(0, MOST_CHARACTERS_QUOTED)}…` : line;
}
