/** Microseconds since 1970, the precision of PostgreSQL and Taiga; a double holds them exactly until the year 2255. */
export type Micros = number;

export const second: Micros = 1_000_000;
export const minute: Micros = 60 * second;
export const hour: Micros = 60 * minute;
export const day: Micros = 24 * hour;

export const microsOf = (date: Date): Micros => date.getTime() * 1000;

/** `2026-01-13T12:34:56.123456+00:00` */
export function timestamp(at: Micros): string {
  const millis = Math.floor(at / 1000);
  return `${new Date(millis).toISOString().slice(0, -1)}${String(at - millis * 1000).padStart(3, '0')}+00:00`;
}

/** The same in Python's format, in which Taiga's history has finish dates. */
export const pythonTime = (stamp: string | null): string =>
  stamp === null ? 'None' : stamp.replace('T', ' ');

export const microsFrom = (stamp: string): Micros =>
  Date.parse(`${stamp.slice(0, 19)}Z`) * 1000 + Number(stamp.slice(20, 26));

/** `2026-01-13`, the day in UTC. */
export const dateOf = (at: Micros): string => new Date(Math.floor(at / 1000)).toISOString().slice(0, 10);

/** The first moment of a day. */
export const startOf = (date: string): Micros => Date.parse(`${date}T00:00:00Z`) * 1000;

export const addDays = (date: string, days: number): string => dateOf(startOf(date) + days * day);

/** 0 is Monday. */
export const weekdayOf = (at: Micros): number => (new Date(at / 1000).getUTCDay() + 6) % 7;
