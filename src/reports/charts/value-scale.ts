import { durationUnit, type Unit } from '../units.js';
import { extent, niceRange } from './nice.js';
import { linearScale, type Tick } from './scale.js';

/** A scale of numbers in a unit. */
export interface ValueScale {
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
  /** Of the ticks' numbers; empty where these say it themselves, or there is none. */
  readonly unitName: string;
}

export interface ValueScaleOptions {
  readonly unit: Unit;
  /** From the coordinate of the least to that of the greatest value. */
  readonly range: readonly [number, number];
  readonly isFromZero: boolean;
  /** About so many ticks. */
  readonly count: number;
}

/** A scale around all of the values, with ticks at round numbers of the unit that people read. */
export function valueScale(
  values: Iterable<number>,
  { unit, range, isFromZero, count }: ValueScaleOptions,
): ValueScale {
  const [least, greatest] = extent(values);
  const low = isFromZero ? Math.min(0, least) : least;
  // Where there is nothing but zeros, they lie on the ground.
  const high = isFromZero ? Math.max(0, greatest) || Number(low === 0) : greatest;
  const { divisor, name } = axisUnit(unit, Math.max(Math.abs(low), Math.abs(high)));
  const { step, ticks } = niceRange(low / divisor, high / divisor, count, unit === 'items' ? 1 : 0);
  const [first = 0, last = 1] = [ticks[0], ticks.at(-1)];
  const scale = linearScale([first, last], range);
  return {
    at: (value) => scale(value / divisor),
    ticks: ticks.map((tick) => ({ at: scale(tick), label: tickLabel(tick, step, unit) })),
    unitName: name,
  };
}

/** In what numbers of a unit are shown beside an axis. */
export function axisUnit(unit: Unit, greatest: number): { readonly divisor: number; readonly name: string } {
  if (unit === 'duration') {
    const { seconds, name } = durationUnit(greatest);
    return { divisor: seconds, name };
  }
  if (unit === 'share') return { divisor: 0.01, name: '' };
  return { divisor: 1, name: unit === 'number' ? '' : unit };
}

/** Short, and with the digits in which ticks differ. */
function tickLabel(tick: number, step: number, unit: Unit): string {
  const size = Math.abs(tick);
  const sign = unit === 'share' ? ' %' : '';
  if (size === 0) return `0${sign}`;
  if (size >= 1e15 || step < 1e-4) return `${tick.toExponential(1)}${sign}`;
  const digits = size >= 10_000 ? 2 : Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const notation = size >= 10_000 ? 'compact' : 'standard';
  return `${new Intl.NumberFormat('en', { notation, maximumFractionDigits: digits }).format(tick)}${sign}`;
}
