import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Html, html } from '../base/html.js';
import type { Page } from './pages/layout.js';
import type { Answer } from './route.js';

/** What a page says below its beginning. */
export interface PageRest {
  readonly status?: number;
  readonly content: Html;
}

const PATIENCE_MS = 400;
const LONGEST_WAIT_SECONDS = 600;

/**
 * A page of which the rest is being read. When that takes long, the beginning is shown at once, with status 200 whatever comes;
 * a client that needs the right status asks for it by `Prefer: wait=SECONDS` (RFC 7240).
 * @param rest never rejects
 */
export async function answerSoon(
  page: Page,
  rest: Promise<PageRest>,
  { prefer }: IncomingHttpHeaders,
): Promise<Answer> {
  const patience = new AbortController();
  const read = await Promise.race([
    rest,
    sleep(waitMs(prefer), undefined, { signal: patience.signal }).catch(() => undefined),
  ]);
  patience.abort();
  if (!read) return { page, later: rest.then(({ content }) => content) };
  const { status = 200, content } = read;
  return { status, page: { ...page, content: html`${page.content}\n${content}` } };
}

/** Whether the client rather waits for what is being read. */
export function prefersToWait({ prefer }: IncomingHttpHeaders): boolean {
  return waitMs(prefer) > PATIENCE_MS;
}

function waitMs(prefer: IncomingHttpHeaders[string]): number {
  const seconds = /(?:^|[,;]) *wait *= *(\d+)/i.exec(String(prefer ?? ''))?.[1];
  return seconds === undefined ? PATIENCE_MS : Math.min(Number(seconds), LONGEST_WAIT_SECONDS) * 1000;
}
