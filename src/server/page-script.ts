import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** What pages do in browsers beyond HTML. */
export interface PageScript {
  /** Has a hash of the text in it, so that browsers can keep it for ever. */
  readonly path: string;
  readonly text: string;
}

export async function readPageScript(file: string): Promise<PageScript> {
  const text = await readFile(file, 'utf8');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { path: `/assets/pages.${hash}.js`, text };
}
