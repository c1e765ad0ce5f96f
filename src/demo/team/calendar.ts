import type { Random } from '../random.js';
import { hour, type Micros, minute, startOf, weekdayOf } from '../taiga/time.js';

/** The number of acts on a full working day of the organisation. */
const actsPerDay = 31;

/** The moments of a day when somebody does something, in order. */
export function momentsOf(date: string, random: Random, mayBeQuiet: boolean): Micros[] {
  const midnight = startOf(date);
  const count = Math.round(actsPerDay * busyness(date, mayBeQuiet) * (0.75 + 0.5 * random.fraction()));
  return Array.from({ length: count }, () => midnight + momentOfDay(random)).sort((a, b) => a - b);
}

/** 1 on an ordinary weekday; if quiet days are allowed, less in summer and at the turn of the year; little at weekends. */
function busyness(date: string, mayBeQuiet: boolean): number {
  if (weekdayOf(startOf(date)) >= 5) return 0.03;
  if (!mayBeQuiet) return 1;
  const monthAndDay = date.slice(5);
  if (monthAndDay >= '12-24' || monthAndDay <= '01-02') return 0.08;
  if (monthAndDay >= '07-13' && monthAndDay <= '08-21') return 0.62;
  return 1;
}

function momentOfDay(random: Random): Micros {
  const [begin, length] = random.chance(0.48) ? [8.3 * hour, 4 * hour] : [13 * hour, 5 * hour];
  const late = random.chance(0.04) ? 2 * hour : 0;
  return Math.round(begin + late + random.fraction() * length) + random.integer(1, 999);
}

/** The time between two clicks of the same person. */
export const pause = (random: Random): Micros =>
  Math.round((0.05 + random.fraction() * 0.9) * minute) + random.integer(1, 999);
