import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDuration } from '../../src/base/duration.js';

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['14d', 1_209_600_000],
  ['2w', 1_209_600_000],
  ['0s', 0],
])('%s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '5', 's', '1.5h', '-1s', '1 h', '1H', '1y', '10s ', '99999999999999999w'])(
  '%j is none',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test('parts add up', () => {
  const part = fc.tuple(fc.nat(1000), fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w'));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const texts = parts.map(([amount, unit]) => `${amount}${unit}`);
      const sum = texts.reduce((total, text) => total + (parseDuration(text) ?? Number.NaN), 0);
      expect(parseDuration(texts.join(''))).toBe(sum);
    }),
  );
});
