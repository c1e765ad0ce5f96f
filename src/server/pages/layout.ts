import { setTimeout as sleep } from 'node:timers/promises';
import { type Html, html } from '../../base/html.js';
import { PAGE_END, pageStart } from '../../base/html-page.js';

/** The parts in which pages differ. */
export interface Page {
  readonly title: string;
  readonly content: Html;
}

/** A link in the menu. */
export interface MenuEntry {
  readonly path: string;
  readonly name: string;
  /** A part of a sentence. */
  readonly meaning: string;
}

/**
 * A page with the menu.
 * @param scripts addresses
 */
export function layout(page: Page, menu: readonly MenuEntry[], scripts: readonly string[] = []): string {
  return `${layoutStart(page, menu, scripts)}${PAGE_END}`;
}

/** How often a page that waits for its rest says so. */
const TELL_EVERY_MS = 1000;

/** The same for a page whose rest is read meanwhile: it is shown at once, and says how long it has been waiting. */
export async function* layoutInSteps(
  page: Page,
  later: Promise<Html>,
  menu: readonly MenuEntry[],
  scripts: readonly string[] = [],
): AsyncGenerator<string> {
  yield layoutStart(page, menu, scripts);
  for (let waitedMs = 0; ; waitedMs += TELL_EVERY_MS) {
    // The last of these lines is shown, and none once the rest follows.
    yield html`<p class="reading"${waitedMs === 0 ? html` role="status"` : undefined}>Reading Taiga … ${waitedMs === 0 ? undefined : formatSpan(waitedMs)}</p>
`.text;
    const rest = await Promise.race([later, sleep(TELL_EVERY_MS)]);
    if (!rest) continue;
    yield `${rest.text}\n${PAGE_END}`;
    return;
  }
}

function layoutStart(
  { title, content }: Page,
  menu: readonly MenuEntry[],
  scripts: readonly string[],
): string {
  return pageStart({
    title: `${title} · taiga-bugflow`,
    navigation: html`<nav><a href="/">taiga-bugflow</a><a href="/metrics">metrics</a>${menu.map(({ path, name }) => html`<a href="${path}">${name}</a>`)}</nav>
`,
    content,
    scripts,
  });
}

/** `3 s`, `12 min`, `5 h`, `8 d`. A negative span, after the clock was set back, counts as 0. */
export function formatSpan(span: number): string {
  const ms = Math.max(0, span);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}
