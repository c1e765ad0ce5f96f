import { spawnSync } from 'node:child_process';
import { type Browser, chromium, type Page } from 'playwright-core';

/** The browser of the machine; undefined: there is none. */
const executablePath = ['chromium', 'chromium-browser', 'google-chrome']
  .map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout?.trim())
  .find((found) => found);

export const hasBrowser = executablePath !== undefined;

export async function startBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('no chromium on the PATH');
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

export const WIDTHS = [390, 1440] as const;
export const SCHEMES = ['light', 'dark'] as const;

export interface View {
  readonly width?: (typeof WIDTHS)[number];
  readonly scheme?: (typeof SCHEMES)[number];
  /** Default: scripts run. */
  readonly scripts?: boolean;
  /** Lets the test put a script of its own into pages. */
  readonly bypassCSP?: boolean;
}

/** A page as a visitor has it, and what it complained about. */
export interface Visit {
  readonly page: Page;
  /** Errors on the console, exceptions, and what the policy forbade. */
  readonly complaints: string[];
  /** Addresses that were asked for elsewhere than at the service. */
  readonly elsewhere: string[];
  close(): Promise<void>;
}

/** Opens an empty page, of a visitor without a past, who sees nothing but the service. */
export async function visit(
  browser: Browser,
  service: string,
  { width = 1440, scheme = 'light', scripts = true, bypassCSP = false }: View = {},
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: service,
    viewport: { width, height: 900 },
    colorScheme: scheme,
    hasTouch: width === 390,
    javaScriptEnabled: scripts,
    bypassCSP,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await context.route(
    (url) => url.origin !== new URL(service).origin,
    (route) => {
      elsewhere.push(route.request().url());
      return route.fulfill({ contentType: 'text/html', body: '<title>elsewhere</title>elsewhere' });
    },
  );
  return { page, complaints, elsewhere, close: () => context.close() };
}
