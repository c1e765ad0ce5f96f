import type { PageScript } from '../../server/page-script.js';
import type { Part } from '../part.js';

const YEAR_SECONDS = 31_536_000;

/** The script of all pages; without one, they have none. */
export function createPageScriptPart(script: PageScript | undefined): Part {
  if (!script) return { name: 'page script' };
  return {
    name: 'page script',
    routes: [
      {
        method: 'GET',
        path: script.path,
        login: 'login',
        isScript: true,
        handle: () => ({
          contentType: 'text/javascript; charset=utf-8',
          body: script.text,
          headers: { 'cache-control': `private, max-age=${YEAR_SECONDS}, immutable` },
        }),
      },
    ],
  };
}
