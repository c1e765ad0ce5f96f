import { Marked } from 'marked';
import { Html, html } from '../../base/html.js';
import { type Destinations, destinationOf } from './destinations.js';

/** The placeholder for a project's slug in queries and configuration. */
const PLACEHOLDER = /\bPROJECT\b/g;
/** A link to a page of this service. */
const PAGE = /^\/(collectors|metrics|runbooks)?(#\w+)?$/;

/** Whether there are queries to fill in. */
export function asksForProject(markdown: string): boolean {
  return markdown.search(PLACEHOLDER) >= 0;
}

/** Renders a runbook as HTML: only harmless Markdown, and only links to pages that exist. */
export function renderMarkdown(markdown: string, destinations: Destinations): Html {
  const filled = (code: string): string => code.replace(PLACEHOLDER, destinations.project ?? '$&');
  const marked = new Marked({
    renderer: {
      html: ({ text }) => html`${text}`.text,
      image: ({ text }) => html`${text}`.text,
      code: ({ text }) => html`<pre><code>${filled(text)}</code></pre>\n`.text,
      codespan({ text }) {
        const code = html`<code>${filled(text)}</code>`;
        return (PAGE.test(text) ? html`<a href="${text}">${code}</a>` : code).text;
      },
      link({ href, tokens }) {
        const text = new Html(this.parser.parseInline(tokens));
        const destination = destinationOf(href, destinations);
        return (destination === undefined ? text : html`<a href="${destination}">${text}</a>`).text;
      },
      table(token) {
        const row = (cells: typeof token.header, tag: 'th' | 'td'): string =>
          `<tr>${cells.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')}</tr>\n`;
        const rows = token.rows.map((cells) => row(cells, 'td')).join('');
        return `<div class="scroll"><table>\n${row(token.header, 'th')}${rows}</table></div>\n`;
      },
    },
  });
  return new Html(marked.parse(markdown, { async: false }));
}
