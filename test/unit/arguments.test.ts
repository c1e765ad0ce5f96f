import { expect, test } from 'vitest';
import { parsePast, parseTime } from '../../src/main/arguments.js';

test.each([
  ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T00:30:00+02:00', '2026-02-28T22:30:00.000Z'],
  ['2026-12-31T24:00:00Z', '2027-01-01T00:00:00.000Z'],
])('%s is %s', (text, time) => {
  expect(parseTime(text).toISOString()).toBe(time);
});

test.each([
  ['2026-02-30', 'there is no 2026-02-30.'],
  ['2026-04-31T12:00:00Z', 'there is no 2026-04-31.'],
  ['2027-02-29', 'there is no 2027-02-29.'],
  ['2026-13-01', 'write it like'],
  ['2026-03-01T12:00:00', 'write it like'],
  ['yesterday', 'write it like'],
  ['', 'write it like'],
])('%j is none: %s', (text, problem) => {
  expect(() => parseTime(text)).toThrow(problem);
});

test('the future is not the past', () => {
  expect(() => parsePast('9999-01-01')).toThrow('it is in the future');
});
