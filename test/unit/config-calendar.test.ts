import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CalendarConfig } from '../../src/config/calendar-section.js';
import { loadConfig } from '../../src/config/config.js';
import { errorOf, folderWith } from './helpers.js';

const env = { TAIGA_DATABASE_URL: 'postgres://bugflow@localhost/taiga' };

async function load(text: string): Promise<CalendarConfig> {
  const folder = await folderWith({ 'config.yaml': text });
  return (await loadConfig({ file: join(folder, 'config.yaml'), env })).calendar;
}

test('without a section Monday to Friday, nine to five', async () => {
  expect(await load('')).toEqual({
    weekdays: [1, 2, 3, 4, 5],
    startMinute: 540,
    endMinute: 1020,
    holidays: [],
  });
});

test('weekdays come in their order, each once', async () => {
  expect((await load('calendar: { weekdays: [sunday, monday, sunday] }')).weekdays).toEqual([1, 7]);
});

test.each([
  ['"00:00-24:00"', 0, 1440],
  ['08:30-16:15', 510, 975],
  ['23:59-24:00', 1439, 1440],
])('hours: %s', async (hours, startMinute, endMinute) => {
  expect(await load(`calendar:\n  hours: ${hours}`)).toMatchObject({ startMinute, endMinute });
});

test('a holiday is one of a year, or of every year', async () => {
  const { holidays } = await load('calendar:\n  holidays: [2026-12-24, "12-25", 02-29, 2028-02-29]');
  expect(holidays).toEqual([
    { year: 2026, month: 12, day: 24 },
    { year: undefined, month: 12, day: 25 },
    { year: undefined, month: 2, day: 29 },
    { year: 2028, month: 2, day: 29 },
  ]);
});

const hours = (text: string): string =>
  `calendar.hours: "${text}" are not working hours; write them like 09:00-17:00, on one day: from 00:00 to 24:00 at most`;
const holiday = (text: string): string =>
  `calendar.holidays[0]: "${text}" is not a date; write it like 2026-12-24, or 12-25 for the same day of every year`;

test.each([
  ['weekdays: []', 'calendar.weekdays: name at least one weekday'],
  [
    'weekdays: [mon]',
    'calendar.weekdays[0]: invalid option: expected one of "monday"|"tuesday"|"wednesday"|"thursday"|"friday"|"saturday"|"sunday"',
  ],
  ['hours: 17:00-09:00', hours('17:00-09:00')],
  ['hours: 09:00-09:00', hours('09:00-09:00')],
  ['hours: 22:00-24:01', hours('22:00-24:01')],
  ['hours: 9-17', hours('9-17')],
  ['hours: 09:60-17:00', hours('09:60-17:00')],
  ['holidays: ["02-30"]', holiday('02-30')],
  ['holidays: [2026-02-29]', holiday('2026-02-29')],
  ['holidays: ["13-01"]', holiday('13-01')],
  ['holidays: ["00-01"]', holiday('00-01')],
  ['holidays: [24.12.]', holiday('24.12.')],
  ['holiday: []', 'unknown key "holiday"; did you mean "holidays"?'],
])('%s is refused', async (line, message) => {
  const error = await errorOf(load(`calendar:\n  ${line}\n`));
  expect(error.message.replace(/^.*config\.yaml/, '')).toBe(`:2: ${message}`);
});
