import { type Html, html } from '../../base/html.js';
import { rounded } from '../charts/frame.js';
import { linePath, type Spot } from '../charts/path.js';
import { thinnedLine } from '../charts/thin.js';
import { heightIn, type Trend, type TrendFacts, trendFacts } from '../trend.js';
import { formatNumber } from '../values.js';

const WIDTH = 100;
const HEIGHT = 24;
/** For the thickness of the line, and the dot at its end. */
const EDGE = 3;

/** The trend as a small line, with a sentence for those who do not see it; a gap where there is no value. */
export function trendHtml(trend: Trend): Html | undefined {
  const facts = trendFacts(trend);
  if (facts === undefined) return undefined;
  const heightOf = heightIn(facts);
  const step = (WIDTH - 2 * EDGE) / Math.max(1, trend.length - 1);
  const lines = unbroken(trend, (value, i) => ({
    left: EDGE + i * step,
    top: HEIGHT - EDGE - heightOf(value) * (HEIGHT - 2 * EDGE),
  }));
  const end = lines.at(-1)?.at(-1);
  return html`<svg class="trend s0" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title>${sentence(facts)}</title><path class="line" d="${lines.map(pathOf).join('')}"/>${end && html`<circle cx="${rounded(end.left)}" cy="${rounded(end.top)}" r="2.5" fill="currentColor"/>`}</svg>`;
}

/** The lines between gaps. */
function unbroken(trend: Trend, spotOf: (value: number, i: number) => Spot): Spot[][] {
  const lines: Spot[][] = [];
  let before: number | null = null;
  for (const [i, value] of trend.entries()) {
    if (value !== null) {
      if (before === null) lines.push([]);
      lines.at(-1)?.push(spotOf(value, i));
    }
    before = value;
  }
  return lines;
}

/** A value between gaps is a dot: a line without length, whose ends are round. */
function pathOf(spots: readonly Spot[]): string {
  return `${linePath(thinnedLine(spots))}${spots.length === 1 ? 'h0' : ''}`;
}

function sentence({ first, last, least, most }: TrendFacts): string {
  const text = (value: number): string => formatNumber(value, 1);
  return `from ${text(first)} to ${text(last)}, lowest ${text(least)}, highest ${text(most)}`;
}
