/** Values that follow each other, like those of a project's weeks; null: there is none. */
export type Trend = readonly (number | null)[];

/** Without the two blocks of eight that fonts put on another line than the rest. */
const BLOCKS = ['▁', '▂', '▃', '▅', '▆', '▇'] as const;
const GAP = '·';
const MOST_BLOCKS = 40;

export interface TrendFacts {
  readonly first: number;
  readonly last: number;
  readonly least: number;
  readonly most: number;
}

/** What there is to say about a trend in a sentence; undefined where it has no values. */
export function trendFacts(trend: Trend): TrendFacts | undefined {
  const values = trend.filter((value) => value !== null);
  const [first] = values;
  const last = values.at(-1);
  if (first === undefined || last === undefined) return undefined;
  let [least, most] = [first, first];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return { first, last, least, most };
}

/** How high a value is, from 0 to 1: what is twice as much is twice as high, so 0 is part of the scale. */
export function heightIn({ least, most }: TrendFacts): (value: number) => number {
  const [low, high] = [Math.min(0, least), Math.max(0, most)];
  return (value) => (high === low ? 0 : (value - low) / (high - low));
}

/** The trend as a line of text: `▁▃▇·▂`. One that is too long is shown by averages. */
export function trendText(trend: Trend): string {
  const facts = trendFacts(trend);
  if (facts === undefined) return '';
  const heightOf = heightIn(facts);
  return shortened(trend)
    .map((value) => (value === null ? GAP : BLOCKS[Math.round(heightOf(value) * (BLOCKS.length - 1))]))
    .join('');
}

function shortened(trend: Trend): Trend {
  if (trend.length <= MOST_BLOCKS) return trend;
  return Array.from({ length: MOST_BLOCKS }, (_, i) => {
    const part = trend
      .slice(Math.floor((i * trend.length) / MOST_BLOCKS), Math.floor(((i + 1) * trend.length) / MOST_BLOCKS))
      .filter((value) => value !== null);
    return part.length === 0 ? null : part.reduce((sum, value) => sum + value / part.length, 0);
  });
}
