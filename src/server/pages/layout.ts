import { type Html, html } from '../../base/html.js';
import { htmlPage } from '../../base/html-page.js';

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

/** A page with the menu. */
export function layout({ title, content }: Page, menu: readonly MenuEntry[]): string {
  return htmlPage({
    title: `${title} · taiga-bugflow`,
    navigation: html`<nav><a href="/">taiga-bugflow</a><a href="/metrics">metrics</a>${menu.map(({ path, name }) => html`<a href="${path}">${name}</a>`)}</nav>
`,
    content,
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
