import { CHART_STYLE } from './chart-style.js';
import { Html, html } from './html.js';
import { colorVariables } from './palette.js';

export interface HtmlPage {
  readonly title: string;
  /** Above the content; absent: none. */
  readonly navigation?: Html;
  readonly content: Html;
  /** Addresses of scripts that it loads; default: none, as a file that somebody sends on has none beside it. */
  readonly scripts?: readonly string[];
}

/** A complete page, in which external files are scripts at most, and none that it needs. */
export function htmlPage(page: HtmlPage): string {
  return `${pageStart(page)}${PAGE_END}`;
}

/** The page up to here: more content may follow, and then {@link PAGE_END}. */
export function pageStart({ title, navigation, content, scripts = [] }: HtmlPage): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${scripts.map(
  (address) => html`<script src="${address}" defer></script>
`,
)}<style>
:root { color-scheme: light dark; ${new Html(colorVariables('light'))} }
@media (prefers-color-scheme: dark) { :root { ${new Html(colorVariables('dark'))} } }
* { box-sizing: border-box } [hidden] { display: none !important }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem }
h1 { font-size: 1.6rem; margin: .5rem 0 } h2 { font-size: 1.15rem; margin: 0 }
a { color: var(--accent) } p { margin: .5rem 0 }
nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem } h1 { overflow-wrap: anywhere }
.downloads { overflow-wrap: anywhere } .downloads a, .downloads summary { display: inline-block; line-height: 1.7rem } .downloads details { margin: 0 }
.projects { columns: 16rem; list-style: none; padding-left: 1.25rem } .projects li { margin: 0; padding: .35rem 0; overflow-wrap: anywhere }
.reading:not(:last-child) { display: none }
.soft { color: var(--soft) } .good { color: var(--good) } .bad { color: var(--bad) }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.25rem; margin: 1rem 0 }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: 1rem }
.tiles .card { margin: 0 } .figure { font-size: 1.7rem; font-weight: 600 } .figure a { color: inherit; text-decoration-thickness: 1px; text-underline-offset: .2em }
table { border-collapse: collapse; width: 100% } .scroll { overflow-x: auto }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-weight: 600; font-size: .85rem; color: var(--soft) } td.number, th.number { text-align: right } td.number { white-space: nowrap }
pre { background: var(--ground); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; font-size: .85rem; line-height: 1.4 }
code { font-size: .9em } summary { cursor: pointer; color: var(--accent) } details { margin: .5rem 0 }
.page { max-width: 50rem } article p, article ul, article ol, article pre { max-width: 46rem } article h2 { margin-top: 1.5rem } article > :first-child { margin-top: 0 }
article code { overflow-wrap: anywhere } pre code { font-size: inherit; overflow-wrap: normal } ul { padding-left: 1.25rem } li { margin: .35rem 0 }
input, select, button { font: inherit; padding: .1rem .5rem; max-width: 100% }
form.card { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: flex-end } form.card label { max-width: 100%; display: flex; flex-direction: column; font-size: .85rem; color: var(--soft) }
@media (max-width: 40rem) {
  td a { display: inline-block; min-width: 1.7rem; line-height: 1.7rem }
  h1 { font-size: 1.3rem } article pre { white-space: pre-wrap } article pre code { overflow-wrap: anywhere }
  main { padding: 1rem } .card { padding: .75rem 1rem } .tiles { grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)) }
  article tbody, article tr, article td { display: block } article th { display: none }
  article tr { border-bottom: 1px solid var(--line); padding: .5rem 0 } article td { border: 0; padding: 0 }
  article td:nth-child(2), article td:nth-child(4) { color: var(--soft); font-size: .9rem }
  .cards thead { display: none } .cards tbody { display: block }
  .cards tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); gap: .25rem 1rem; padding: .75rem 0; border-bottom: 1px solid var(--line) }
  .cards td { display: block; border: 0; padding: 0; overflow-wrap: anywhere } .cards td:empty { display: none } .cards td.number { text-align: left; white-space: normal }
  .cards td::before { content: attr(data-title); display: block; font-size: .8rem; color: var(--soft) }
  .cards td:first-child, .cards td.wide { grid-column: 1 / -1 } .cards td:first-child { font-weight: 600 } .cards td:first-child::before { display: none }
}
${CHART_STYLE}
.tip { position: fixed; z-index: 1; max-width: min(24rem, calc(100vw - 8px)); padding: .35rem .6rem; background: var(--ink); color: var(--card); border-radius: 6px; font-size: .85rem; line-height: 1.35; white-space: pre-line; overflow-wrap: anywhere; pointer-events: none }
</style>
</head>
<body>
<main>
${navigation}${content}
`.text;
}

export const PAGE_END = `</main>
</body>
</html>
`;
