import { type Html, html } from '../../base/html.js';
import { PALETTES, type Theme } from '../../base/palette.js';
import type { Fonts } from '../lettering/fonts.js';
import { printable } from '../lettering/printable.js';
import { fitted } from '../lettering/wrap.js';
import type { SectionResult } from '../result.js';
import { type ChartContext, drawChart, MOST_ENTRIES } from './chart.js';
import type { ChartDefinition } from './definition.js';
import { type LegendEntry, seriesClass } from './drawing.js';
import { standalone } from './standalone.js';

export interface PictureContext extends ChartContext {
  readonly theme: Theme;
  readonly fonts: Fonts;
}

/** A chart with its legend that needs nothing else: it may stand in a file, or within another picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** What stands within `<svg viewBox="0 0 WIDTH HEIGHT">`. */
  readonly content: Html;
}

/** The rows as a picture; undefined where no row has a value. @throws BugflowError */
export function chartPicture(
  section: SectionResult,
  chart: ChartDefinition,
  context: PictureContext,
): Picture | undefined {
  const drawing = drawChart(section, chart, context);
  if (drawing === undefined) return undefined;
  const { width, height, content, legend } = drawing;
  const { fonts, theme } = context;
  const palette = PALETTES[theme];
  const below = legendBelow(legend, { width, top: height + 8, fonts });
  return {
    width,
    height: below.bottom,
    content: html`<g font-family="${fonts.family}">${standalone(html`${content}${below.content}`, palette)}</g>`,
  };
}

/** The picture as a file. */
export function pictureSvg({ width, height, content }: Picture): string {
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${content}</svg>`
    .text;
}

const SIZE = 11;
const LINE = 18;
const SWATCH = 24;
const GAP = 18;

/** Entries beside each other, in as many lines as they need. */
function legendBelow(
  entries: readonly LegendEntry[],
  { width, top, fonts }: { readonly width: number; readonly top: number; readonly fonts: Fonts },
): { readonly content: Html; readonly bottom: number } {
  if (entries.length === 0) return { content: html``, bottom: top - 8 };
  const { regular } = fonts;
  const rest = entries.length - MOST_ENTRIES;
  const shown: { readonly name: string; readonly swatch: Html | undefined }[] = [
    ...entries.slice(0, MOST_ENTRIES).map(({ name, series }) => ({
      name: printable(name, regular),
      swatch: swatch(series),
    })),
    ...(rest > 0 ? [{ name: `and ${rest} more`, swatch: undefined }] : []),
  ];
  let [left, baseline] = [0, top + LINE - 5];
  const content = shown.map(({ name, swatch }) => {
    const space = swatch === undefined ? 0 : SWATCH;
    const text = fitted(name, { font: regular, size: SIZE, width: width - space });
    const taken = space + regular.width(text, SIZE);
    if (left > 0 && left + taken > width) [left, baseline] = [0, baseline + LINE];
    const entry = html`${swatch && html`<g transform="translate(${left} ${baseline - 10})">${swatch}</g>`}<text class="entry" x="${left + space}" y="${baseline}">${text}</text>
`;
    left += taken + GAP;
    return entry;
  });
  return { content: html`${content}`, bottom: baseline + 8 };
}

function swatch(series: number | undefined): Html {
  if (series === undefined) return html`<path class="level" d="M0 6H18"/>`;
  return html`<g class="${seriesClass(series)}"><rect class="bar" x="1" y="1" width="16" height="10" rx="2"/></g>`;
}
