import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/bugflow.js';
import { hasBrowser, startBrowser, type View, type Visit, visit } from './browser.js';
import { type Served, serveProjects } from './service.js';

const DAY = 'from=2026-03-02&to=2026-03-15';

describe.skipIf(!hasBrowser)('the pages in a browser (skipped without chromium)', () => {
  let served: Served;
  let browser: Browser;
  let visits: Visit[] = [];
  beforeAll(async () => {
    [served, browser] = await Promise.all([serveProjects(), startBrowser()]);
  });
  afterEach(async () => {
    await Promise.all(visits.map(({ close }) => close()));
    visits = [];
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  const open = async (path: string, view: View = {}): Promise<Visit & { readonly page: Page }> => {
    const found = await visit(browser, served.address, view);
    visits.push(found);
    await found.page.goto(path);
    return found;
  };
  /** The report as it is read, without the moment at which it was. */
  const shown = async (page: Page): Promise<string> =>
    (await page.locator('main').innerText()).replace(/read at \S+/g, '');
  const chosen = (page: Page, name: string): Promise<string[]> =>
    page.locator(`select[name="${name}"] option:checked`).allTextContents();

  describe.each([
    ['with scripts', true],
    ['without scripts', false],
  ])('%s', (_, scripts) => {
    it('lead from a number to its items, to another period and project, and back', async () => {
      const { page, complaints, elsewhere } = await open('/', { scripts });
      await page
        .getByRole('row', { name: /^shop / })
        .getByRole('link')
        .nth(4)
        .click();
      await page.waitForURL(/\/reports\/week\?project=shop&from=.*#blocked$/);
      const first = { url: page.url(), text: await shown(page) };

      await page.locator('select[name="instead"]').selectOption('last month');
      if (!scripts) {
        await page.locator('select[name="project"]').selectOption(['lanes', 'shop']);
        await page.getByRole('button', { name: 'Show' }).click();
      }
      await page.waitForURL(/last\+month/);
      expect(await chosen(page, 'period')).toEqual(['last month']);
      expect(await chosen(page, 'project')).toEqual(scripts ? ['shop'] : ['lanes', 'shop']);
      const second = { url: page.url(), text: await shown(page) };
      expect(second.text).not.toBe(first.text);

      await page.goBack();
      expect([page.url(), await shown(page)]).toEqual([first.url, first.text]);
      await page.goForward();
      expect([page.url(), await shown(page)]).toEqual([second.url, second.text]);
      await page.reload();
      expect([page.url(), await shown(page)]).toEqual([second.url, second.text]);
      // A bookmark, of somebody else.
      const other = await open(second.url, { scripts });
      expect(await shown(other.page)).toBe(second.text);
      expect([...complaints, ...elsewhere, ...other.complaints]).toEqual([]);
    });

    it('lead from an item to its life and then into Taiga, and ask nobody else before', async () => {
      const { page, complaints, elsewhere } = await open(`/reports/flow_of_the_day?project=shop&${DAY}`, {
        scripts,
      });
      await page.locator('#flow_details').getByRole('link', { name: '1', exact: true }).first().click();
      await page.waitForURL(/\/reports\/item\?project=shop&ref=1$/);
      expect(elsewhere).toEqual([]);
      await page.getByRole('link', { name: 'Open in Taiga' }).click();
      await page.waitForURL('https://taiga.example.org/project/shop/us/1');
      expect([elsewhere.length, complaints]).toEqual([1, []]);
    });

    it('can be used with the keyboard alone', async () => {
      const { page } = await open(`/reports/flow?project=shop&${DAY}`, { scripts });
      const reached: string[] = [];
      const unseen: string[] = [];
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press('Tab');
        const [name, isSeen] = await page.evaluate<[string, boolean]>(`(() => {
          const at = document.activeElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(at);
          return [at.name || at.textContent.trim().slice(0, 30), outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1];
        })()`);
        reached.push(name);
        if (!isSeen && name !== '') unseen.push(name);
        if (name === 'Show') break;
      }
      expect(unseen).toEqual([]);
      expect(reached.slice(0, 3)).toEqual(['taiga-bugflow', 'metrics', 'collectors']);
      expect(reached.slice(-5)).toEqual(['project', 'instead', 'from', 'to', 'Show']);
      await page.locator('input[name="to"]').fill('2026-03-14');
      await page.locator('input[name="to"]').press('Enter');
      await page.waitForURL(/to=2026-03-14/);
      expect(await page.locator('main').innerText()).toContain('2026-03-02 to 2026-03-14');
    });
  });

  it('ask again when something else is chosen, and for days only where they are wanted', async () => {
    const { page } = await open('/reports/week?project=shop&period=last+week');
    const from = page.getByLabel('from', { exact: true });
    expect(await from.isVisible()).toBe(false);
    await page.locator('select[name="project"]').selectOption('lanes');
    await page.waitForURL(/project=lanes&period=last\+week$/);
    await page.locator('select[name="period"]').selectOption('');
    expect(await from.isVisible()).toBe(true);
    await from.fill('2026-03-02');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(/\?project=lanes&period=&from=2026-03-02$/);
    expect(await page.getByLabel('from', { exact: true }).inputValue()).toBe('2026-03-02');
  });

  it('do not ask again while somebody goes through the periods with arrow keys', async () => {
    const { page } = await open('/reports/week?project=shop&period=last+week');
    await page.locator('select[name="period"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await chosen(page, 'period')).toEqual(['last month']);
    await page.waitForTimeout(1200);
    expect(page.url()).toMatch(/last\+week$/);
    await page.getByRole('button', { name: 'Show' }).press('Enter');
    await page.waitForURL(/period=last\+month/);
  });

  describe('a chart says what its marks are', () => {
    const CHART = `/reports/week?project=shop&${DAY}`;
    const tip = (page: Page) => page.locator('.tip');

    it('where the pointer is, until it leaves', async () => {
      const { page } = await open(CHART);
      const bar = page.locator('#by_day svg .bar[height]:not([height="0"])').first();
      await bar.hover();
      await expect.poll(() => tip(page).innerText()).toMatch(/^2026-03-\d\d\n(Created|Closed): \d/);
      const [box, tipBox] = [await bar.boundingBox(), await tip(page).boundingBox()];
      expect(Math.abs((tipBox?.x ?? 0) - (box?.x ?? 0))).toBeLessThan(200);
      await page.mouse.move(5, 5);
      await expect.poll(() => tip(page).isVisible()).toBe(false);
      // Else the browser would say it once more.
      expect(await page.locator('#by_day svg .bar title').count()).toBe(0);
    });

    it('with the keyboard, from left to right', async () => {
      const { page } = await open(CHART);
      await page.getByRole('button', { name: 'Show' }).focus();
      // What can be downloaded comes before, and the numbers.
      for (let i = 0; i < 40 && !(await tip(page).isVisible()); i++) await page.keyboard.press('Tab');
      await expect.poll(() => tip(page).innerText()).toMatch(/^2026-03-02\n/);
      await page.keyboard.press('End');
      await expect.poll(() => tip(page).innerText()).toMatch(/^2026-03-15\n/);
      await page.keyboard.press('Escape');
      expect(await tip(page).isVisible()).toBe(false);
    });

    it('at the first touch, and follows it at the second', async () => {
      const { page, elsewhere } = await open(`/reports/flow?project=shop&${DAY}`, { width: 390 });
      const dot = page.locator('#work_in_progress svg .dot').first();
      await dot.tap();
      await expect.poll(() => tip(page).innerText()).toMatch(/Project: shop/);
      const box = await tip(page).boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
      expect(elsewhere).toEqual([]);
      await dot.tap();
      await page.waitForURL(/\/reports\/item\?project=shop&ref=1$/);
    });

    it('by itself where scripts are off', async () => {
      const { page } = await open(CHART, { scripts: false });
      expect(await page.locator('#by_day svg .bar title').count()).toBeGreaterThan(0);
      expect(await tip(page).count()).toBe(0);
    });
  });

  it('load their script once, from an address that changes with it', async () => {
    const html = await (await fetch(`${served.address}/status`)).text();
    const [, path = ''] = /<script src="([^"]+)" defer><\/script>/.exec(html) ?? [];
    expect(path).toMatch(/^\/assets\/pages\.[0-9a-f]{16}\.js$/);
    const script = await fetch(served.address + path);
    expect(Object.fromEntries(script.headers)).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    expect(html.match(/<script/g)).toHaveLength(1);
  });

  it('run no script but that one', async () => {
    const { page, complaints } = await open('/status');
    await page.evaluate(
      `document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="document.title = 1">')`,
    );
    await expect.poll(() => complaints.join()).toContain('Content Security Policy');
    expect(await page.title()).toContain('Status');
  });
});

it.each([
  ['package.json', /"assets"/],
  ['Dockerfile', /^COPY .*\/app\/assets \.\/assets$/m],
  ['.dockerignore', /^!assets$/m],
])('the script is in the package and in the image: %s', (file, line) => {
  expect(readFileSync(join(ROOT, file), 'utf8')).toMatch(line);
});
