import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasBrowser, startBrowser, type View, type Visit, visit } from './browser.js';
import { type Served, serveProjects } from './service.js';

const PAGE = '/reports/flow?project=shop&from=2026-03-02&to=2026-03-15';
const WAIT = { headers: { prefer: 'wait=600' } };

/** Also of what is folded away. */
const textOf = async (page: Page): Promise<string> => (await page.locator('main').textContent()) ?? '';

describe.skipIf(!hasBrowser)('a page that was read some minutes ago (skipped without chromium)', () => {
  let served: Served;
  let browser: Browser;
  let visits: Visit[] = [];
  beforeAll(async () => {
    [served, browser] = await Promise.all([serveProjects(), startBrowser()]);
  });
  let name = 'first name';
  const rename = async (next: string): Promise<void> => {
    name = next;
    for (const table of ['userstories_userstory', 'issues_issue', 'tasks_task'])
      await served.query(`UPDATE ${table} SET subject = '${name}'`);
  };
  /** The service's clock goes on, and nobody asked for the page since. */
  const passMinutes = (minutes: number): void => {
    const later = Date.now() + minutes * 60_000;
    vi.spyOn(Date, 'now').mockReturnValue(later);
  };
  beforeEach(async () => {
    passMinutes(20);
    await rename('first name');
    await fetch(served.address + PAGE, WAIT);
    passMinutes(5);
    await rename('second name');
  });
  afterEach(async () => {
    await Promise.all(visits.map(({ close }) => close()));
    visits = [];
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await browser?.close();
    await served?.close();
  });

  const open = async (view: View = {}): Promise<Visit> => {
    const found = await visit(browser, served.address, view);
    visits.push(found);
    return found;
  };

  it('is there at once, and is replaced when it has been read anew', async () => {
    const { page, complaints } = await open();
    const answer = await page.goto(PAGE);
    expect(await answer?.text()).toContain('first name');
    await expect.poll(() => textOf(page)).toContain('second name');
    const text = await textOf(page);
    expect(text).not.toContain('first name');
    expect(text).not.toContain('read anew');
    expect(await page.locator('#closings').count()).toBe(1);
    // Its charts say their values like those of every page.
    await page.locator('.chart > svg').first().focus();
    await page.keyboard.press('Home');
    expect(await page.locator('.tip').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('leads to the new reading without scripts', async () => {
    const { page } = await open({ scripts: false });
    await page.goto(PAGE);
    expect(await textOf(page)).toContain('first name');
    await fetch(served.address + PAGE, WAIT);
    await page.getByRole('link', { name: 'look again' }).click();
    await expect.poll(() => textOf(page)).toContain('second name');
    expect(await textOf(page)).not.toContain('read anew');
  });

  it('is not taken from under the hands of whoever uses it', async () => {
    const { page } = await open();
    let goOn = (): void => undefined;
    const isFocused = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await page.route('**/reports/flow?*', async (route) => {
      if (route.request().headers().prefer !== undefined) await isFocused;
      await route.continue();
    });
    await page.goto(PAGE);
    await page.locator('#closings').getByRole('link').first().focus();
    goOn();
    await page.getByRole('link', { name: 'show it' }).click();
    await expect.poll(() => textOf(page)).toContain('second name');
  });

  it('stays, and says so, where it cannot be read anew', async () => {
    const { page } = await open();
    await page.route('**/reports/flow?*', (route) =>
      route.request().headers().prefer === undefined
        ? route.continue()
        : route.fulfill({ status: 503, contentType: 'text/html', body: '<p role="alert">no database</p>' }),
    );
    await page.goto(PAGE);
    await page.getByText('it could not be read anew: no database').waitFor();
    expect(await textOf(page)).toContain('first name');
  });
});
