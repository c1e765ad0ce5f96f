import { Html } from './html.js';
import { isColorName } from './palette.js';

/** Properties of SVG; a value that is the name of a colour of the palette is that colour. */
export type Look = Readonly<Record<string, string>>;

export interface LookRule {
  /** Of elements: `text`, `.line`, `.dashed.layer`, `text.value`, or such within another one: `.dashed .line`. */
  readonly selector: string;
  readonly look: Look;
}

const series = (index: number): LookRule => ({ selector: `.s${index}`, look: { color: `series-${index}` } });

/**
 * How charts look, for the pages' CSS and for pictures that stand alone; of two rules for the same element the later one
 * counts. There are eight colours; further series have the same with dashes. Sizes are in units of the picture.
 */
export const CHART_LOOKS: readonly LookRule[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7].map(series),
  { selector: 'text', look: { fill: 'soft', 'font-size': '10.5px' } },
  { selector: 'text.value', look: { fill: 'ink', 'font-weight': '600' } },
  { selector: 'text.entry', look: { fill: 'ink', 'font-size': '11px' } },
  { selector: '.grid', look: { stroke: 'line' } },
  { selector: '.ground', look: { stroke: 'soft' } },
  {
    selector: '.line',
    look: {
      ...{ fill: 'none', stroke: 'currentColor', 'stroke-width': '2' },
      ...{ 'stroke-linejoin': 'round', 'stroke-linecap': 'round' },
    },
  },
  { selector: '.shade', look: { fill: 'currentColor', 'fill-opacity': '.18' } },
  { selector: '.layer', look: { fill: 'currentColor', stroke: 'card', 'stroke-width': '.75' } },
  { selector: '.bar', look: { fill: 'currentColor' } },
  {
    selector: '.dot',
    look: { fill: 'currentColor', 'fill-opacity': '.7', stroke: 'card', 'stroke-width': '.75' },
  },
  { selector: '.dashed .line', look: { 'stroke-dasharray': '6 4' } },
  ...['.dashed.layer', '.dashed .bar', '.dashed .dot'].map((selector) => ({
    selector,
    look: { stroke: 'ink', 'stroke-dasharray': '3 2' },
  })),
  { selector: '.level', look: { fill: 'none', stroke: 'ink', 'stroke-dasharray': '5 4' } },
  {
    selector: 'text.level-name',
    look: { fill: 'ink', 'paint-order': 'stroke', stroke: 'card', 'stroke-width': '3px' },
  },
];

function css({ selector, look }: LookRule): string {
  const properties = Object.entries(look).map(
    ([name, value]) => `${name}: ${isColorName(value) ? `var(--${value})` : value}`,
  );
  // Series also colour what is beside a chart; other texts of a page are no chart's.
  return `${selector.startsWith('text') ? `.chart ${selector}` : selector} { ${properties.join('; ')} }`;
}

/** How charts look in a page, which makes them fit the width: on a narrow screen texts must be larger. */
export const CHART_STYLE = new Html(`${CHART_LOOKS.map(css).join('\n')}
.chart { margin: .75rem 0; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center }
.chart svg a { color: inherit }
.chart > svg { flex: 1 1 30rem; min-width: 0; max-width: 50rem; height: auto }
a:hover .dot, .dot:hover, .bar:hover, .chosen:is(.dot, .bar) { fill-opacity: 1; stroke: var(--ink) }
.strips rect { fill: var(--ink); fill-opacity: 0 } .strips rect:is(:hover, .chosen) { fill-opacity: .08 }
.trend { display: block; width: 100px; height: 24px } .trend .line { stroke-width: 1.5 }
.legend { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .15rem 1rem; font-size: .9rem } .legend li { margin: 0; overflow-wrap: anywhere }
.swatch { width: 18px; height: 12px; margin-right: .4rem }
@media (min-width: 64rem) { .legend { flex-direction: column; max-width: 14rem } }
@media (max-width: 40rem) { .chart text { font-size: 15px } .chart > svg { flex-basis: 100% } }
@media (max-width: 30rem) { .chart text { font-size: 20px } .dot { r: 6px } }`);
