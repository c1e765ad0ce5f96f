import type { ChartData } from './data.js';
import { type Frame, LETTER_WIDTH } from './frame.js';
import { extent } from './nice.js';
import { linearScale, type Tick } from './scale.js';
import { shortened } from './short-text.js';
import { DAY_MS, timeLabel, timeTicks } from './time-ticks.js';
import { valueScale } from './value-scale.js';

/** Where things are from left to right. */
export interface PositionScale {
  readonly at: (x: number) => number;
  readonly ticks: readonly Tick[];
  /** What the ticks' numbers are; empty where these say it themselves. */
  readonly unitName: string;
  /** How much of the width is one thing's own. */
  readonly band: number;
  /** Whether every second label is in a second line. */
  readonly isStaggered: boolean;
}

const MOST_TICKS = 7;

/** For points: from the first to the last one. */
export function positionScale(data: ChartData, frame: Frame): PositionScale {
  const range = [frame.left, frame.right] as const;
  if (data.xKind === 'category') return categoryScale(data.categories, frame);
  const xs = positionsOf(data);
  if (data.xKind === 'number')
    return {
      ...valueScale(xs, { unit: data.x.unit, range, isFromZero: false, count: MOST_TICKS - 1 }),
      band: 0,
      isStaggered: false,
    };
  const [first, last] = extent(xs);
  const [low, high] = first < last ? [first, last] : [first - DAY_MS / 2, last + DAY_MS / 2];
  const at = linearScale([low, high], range);
  const ticks = timeTicks(low, high, MOST_TICKS).map((tick) => ({ at: at(tick.at), label: tick.label }));
  return { at, ticks, unitName: '', band: 0, isStaggered: false };
}

/** For bars: each x has the same space, and its label in the middle of it. */
export function bandScale(data: ChartData, frame: Frame): PositionScale {
  const xs = [...new Set(positionsOf(data))].sort((a, b) => a - b);
  const gaps = xs.slice(1).map((x, i) => x - (xs[i] ?? 0));
  const [first, last] = extent(xs);
  const least = gaps.length > 0 ? extent(gaps)[0] : data.xKind === 'time' ? DAY_MS : 1;
  // Beside a very large number a small gap is lost.
  const gap = Math.max(least, Math.max(Math.abs(first), Math.abs(last)) * 1e-9);
  const [low, high] = [first - gap / 2, last + gap / 2];
  const at = linearScale([low, high], [frame.left, frame.right]);
  const label = (x: number): string =>
    data.xKind === 'time' ? timeLabel(x, gap) : data.valueText(x, data.x);
  return {
    at,
    ticks: everySo(xs, MOST_TICKS).map((x) => ({ at: at(x), label: shortened(label(x), 9) })),
    unitName: '',
    band: (gap / (high - low)) * (frame.right - frame.left),
    isStaggered: false,
  };
}

/** For texts: a column for each. */
function categoryScale(categories: readonly string[], frame: Frame): PositionScale {
  const band = (frame.right - frame.left) / Math.max(1, categories.length);
  const at = (position: number): number => frame.left + (position + 0.5) * band;
  const shown = everySo([...categories.keys()], 2 * MOST_TICKS);
  const width = (frame.right - frame.left) / shown.length;
  // Two neighbours are in different lines, so that each has the width of two.
  const letters = Math.floor((2 * width) / LETTER_WIDTH) - 1;
  const ticks = shown.map((position) => ({
    at: at(position),
    label: shortened(categories[position] ?? '', letters),
  }));
  return { at, ticks, unitName: '', band, isStaggered: true };
}

function positionsOf({ series }: ChartData): number[] {
  return series.flatMap(({ points }) => points.map(({ x }) => x));
}

/** The first, and then every second, third, … so that there are at most so many. */
function everySo<T>(all: readonly T[], most: number): T[] {
  const every = Math.ceil(all.length / most);
  return all.filter((_, i) => i % every === 0);
}
