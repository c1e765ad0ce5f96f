import { expect, it } from 'vitest';
import { createBarLinks } from '../../src/reports/formats/links.js';
import { column, result, section } from './made-up-result.js';

const DAY = column('day', 'date');
const CLOSED = { ...column('closed', 'items'), leadsTo: 'week#closed' };
const PLAIN = column('created', 'items');
const PROJECT = column('project');

/** In Berlin, from 2026-03-27 (a Friday) to the end of 2026-04-05; on 2026-03-29 an hour is left out. */
const found = {
  ...result([section([DAY, CLOSED], [], { name: 'bars' })]),
  projects: ['shop'],
  timeZone: 'Europe/Berlin',
  period: {
    ...result([]).period,
    fromMs: Date.parse('2026-03-26T23:00:00Z'),
    toMs: Date.parse('2026-04-05T22:00:00Z'),
  },
};
const about = (from: string, to: string, project = 'shop'): string =>
  `/reports/week?${new URLSearchParams({ project, from, to })}#closed`;

it.each([
  ['a day', 'day', ['2026-03-30', '3'], about('2026-03-29T22:00:00Z', '2026-03-30T22:00:00Z')],
  ['a day of 23 hours', 'day', ['2026-03-29', '3'], about('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z')],
  ['a week', 'week', ['2026-03-30', '3'], about('2026-03-29T22:00:00Z', '2026-04-05T22:00:00Z')],
  [
    'a week that began before the period',
    'week',
    ['2026-03-23', '3'],
    about('2026-03-26T23:00:00Z', '2026-03-29T22:00:00Z'),
  ],
  ['a day after the period', 'day', ['2026-04-06', '0'], undefined],
  [
    'a day of another project',
    'day',
    ['2026-03-30', '3', 'lanes'],
    about('2026-03-29T22:00:00Z', '2026-03-30T22:00:00Z', 'lanes'),
  ],
  [
    'what covers nothing known',
    undefined,
    ['2026-03-30', '3'],
    about('2026-03-26T23:00:00Z', '2026-04-05T22:00:00Z'),
  ],
] as const)('a bar of %s leads to that', (_, covers, row, address) => {
  const columns = row.length === 3 ? [DAY, CLOSED, PROJECT] : [DAY, CLOSED];
  expect(createBarLinks(found, '')({ x: 'day', covers }, CLOSED, columns, row)).toBe(address);
});

it('a bar leads nowhere where its column does not, or there are no pages', () => {
  const chart = { x: 'day', covers: 'day' } as const;
  const row = ['2026-03-30', '3'];
  expect(createBarLinks(found, '')(chart, PLAIN, [DAY, PLAIN], row)).toBeUndefined();
  expect(createBarLinks(found, undefined)(chart, CLOSED, [DAY, CLOSED], row)).toBeUndefined();
});
