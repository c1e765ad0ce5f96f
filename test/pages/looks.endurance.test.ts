import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { HtmlValidate } from 'html-validate';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHtml } from '../../src/reports/formats/html.js';
import { column, HOSTILE, result, section } from '../reports/made-up-result.js';
import { hasBrowser, SCHEMES, startBrowser, type View, type Visit, visit, WIDTHS } from './browser.js';
import { HOSTILE_SUBJECTS, type Measured, PAGES, type Served, serveProjects } from './service.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const MEASURE = readFileSync(new URL('measure.js', import.meta.url), 'utf8');
/** Each width and each scheme once: what a width does to a page does not depend on its colours. */
const VIEWS: readonly View[] = WIDTHS.map((width, i) => ({ width, scheme: SCHEMES[i] ?? 'light' }));

/** The standard's rules, and those for everybody to be able to use it; how HTML is written is nobody's business. */
const validator = new HtmlValidate({ extends: ['html-validate:standard', 'html-validate:a11y'] });

async function invalid(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column: at }) => `${line}:${at} ${ruleId}: ${message}`),
  );
}

interface AxeRun {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

let served: Served;
beforeAll(async () => {
  served = await serveProjects();
});
afterAll(() => served?.close());

describe('the pages', () => {
  it.each(PAGES)('%s is valid HTML', async (path) => {
    const answer = await fetch(served.address + path, { headers: { prefer: 'wait=600' } });
    expect(await invalid(await answer.text())).toEqual([]);
  });

  it('as a file are valid HTML, too', async () => {
    const columns = ['project', 'kind', 'ref', 'subject'].map((name) => column(name));
    const rows = HOSTILE.map((subject, i) => ['shop', 'issue', String(i), subject]);
    const file = toHtml(
      result([
        section(columns, rows, { name: 'items', shape: 'items' }),
        section([column('kind'), column('trend', 'trend')], [['issue', '{1,NULL,2}']], { name: 'trends' }),
        section([column('kind'), column('items', 'items')], [['issue', '3']], {
          ...{ name: 'chart', shape: 'chart' },
          chart: { type: 'bar', x: 'kind', y: ['items'], percentiles: [], lines: [] },
        }),
      ]),
    );
    expect(await invalid(file)).toEqual([]);
    expect(file).not.toContain('<script');
  });
});

describe.skipIf(!hasBrowser)('the pages in a browser (skipped without chromium)', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  const visited = async <T>(path: string, view: View, look: (found: Visit) => Promise<T>): Promise<T> => {
    const found = await visit(browser, served.address, view);
    try {
      await found.page.goto(path, { waitUntil: 'load' });
      // Everything that can be opened is looked at, too.
      await found.page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');
      return await look(found);
    } finally {
      await found.close();
    }
  };

  describe.each(VIEWS)('$width wide, $scheme', (view) => {
    it.each(PAGES)(
      '%s can be read: nothing is cut off, lies on something else, or is too small to touch',
      async (path) => {
        await visited(path, view, async ({ page, complaints, elsewhere }) => {
          const { layoutProblems, smallTargets } = await page.evaluate<Measured>(MEASURE);
          expect(layoutProblems).toEqual([]);
          if (view.width === 390) expect(smallTargets).toEqual([]);
          // The browser says on the console that an error page is one.
          expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
          expect(elsewhere).toEqual([]);
        });
      },
    );

    it.each(PAGES)('%s can be used by everybody', async (path) => {
      await visited(path, { ...view, bypassCSP: true }, async ({ page }) => {
        await page.evaluate(AXE);
        const { violations } = await page.evaluate<AxeRun>(
          'axe.run(document, { resultTypes: ["violations"] })',
        );
        expect(
          violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .flatMap(({ id, nodes }) =>
              nodes.slice(0, 5).map((node) => `${id}: ${node.html} ${node.failureSummary}`),
            ),
        ).toEqual([]);
      });
    });
  });

  it('points that lead somewhere have the colour of their series', async () => {
    await visited(
      '/reports/flow?project=shop&from=2026-03-02&to=2026-03-15',
      { width: 1440 },
      async ({ page }) => {
        const [points, wrong] = await page.evaluate<[number, number]>(`(() => {
        const points = [...document.querySelectorAll('.chart a .dot')];
        const isWrong = (dot) => getComputedStyle(dot).fill !== getComputedStyle(dot.closest('g')).color;
        return [points.length, points.filter(isWrong).length];
      })()`);
        expect(points).toBeGreaterThan(0);
        expect(wrong).toBe(0);
      },
    );
  });

  it.each(VIEWS)(
    'what somebody wrote into Taiga does nothing to them, $width wide, $scheme',
    async (view) => {
      await visited('/reports/week?from=2026-03-02&to=2026-03-15', view, async ({ page, complaints }) => {
        const text = (await page.locator('#blocked').textContent()) ?? '';
        for (const subject of HOSTILE_SUBJECTS) expect(text).toContain(subject);
        expect(await page.title()).toContain('The week');
        expect(await page.locator('#blocked').locator('script, img, svg').count()).toBe(0);
        expect(complaints).toEqual([]);
      });
    },
  );
});

it('the measure finds what is wrong', async ({ skip }) => {
  if (!hasBrowser) return skip('no chromium');
  const browser = await startBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
    await page.setContent(`<!doctype html><style>* { margin: 0 }</style>
<p style="width: 500px">wide</p><p style="position: absolute; top: 100px">one</p><p style="position: absolute; top: 102px">other</p>
<div style="width: 60px; overflow: hidden; white-space: nowrap; margin-top: 200px">much too long for this</div>
<button style="font-size: 6px; padding: 0; height: 10px">a</button><button style="font-size: 6px; padding: 0; height: 10px">b</button>`);
    const { layoutProblems, smallTargets } = await page.evaluate<Measured>(MEASURE);
    expect(layoutProblems).toEqual([
      'the page is 500 wide in a window of 390',
      '<div> "much too long for this" is cut off',
      '<p> "one" and <p> "other" lie on each other',
    ]);
    expect(smallTargets).toHaveLength(2);
  } finally {
    await browser.close();
  }
});
