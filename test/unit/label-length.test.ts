import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAccumulator, type Shape } from '../../src/collectors/accumulator.js';
import { fitLabelValue } from '../../src/collectors/label-length.js';
import { collector, metric } from './helpers.js';

const LIMIT = 64;
/** `…[01234567]` */
const MARK_BYTES = 13;
const ROOM = LIMIT - MARK_BYTES;
const MARKED = /^(.*)…\[[0-9a-f]{8}\]$/su;

const FAMILY = '👨‍👩‍👧';
const ACCENT = 'e\u0301';

describe('a value of a label', () => {
  test.each([
    ['nothing', ''],
    ['a short one', 'webshop'],
    ['one as long as allowed', 'x'.repeat(LIMIT)],
    ['one as long as allowed, of long characters', '界'.repeat(21)],
    ['one that only looks long', '𝒳'.repeat(LIMIT / 4)],
  ])('%s stays as it is', (_, value) => {
    expect(fitLabelValue(value, LIMIT)).toBe(value);
  });

  test.each([
    ['of letters', 'x'.repeat(LIMIT + 1), 'x'.repeat(ROOM)],
    ['of characters of three bytes', '界'.repeat(40), '界'.repeat(17)],
    ['of surrogate pairs', '𝒳'.repeat(40), '𝒳'.repeat(12)],
    ['cut in a surrogate pair', `x${'𝒳'.repeat(40)}`, `x${'𝒳'.repeat(12)}`],
    ['of accents that are characters of their own', ACCENT.repeat(40), ACCENT.repeat(17)],
    ['cut before an accent', `${'x'.repeat(ROOM - 1)}${ACCENT}${'x'.repeat(20)}`, 'x'.repeat(ROOM - 1)],
    ['cut in a family', `${'x'.repeat(ROOM - 9)}${FAMILY}${'x'.repeat(20)}`, 'x'.repeat(ROOM - 9)],
    ['cut in a line break', `${'x'.repeat(ROOM - 1)}\r\n${'x'.repeat(20)}`, 'x'.repeat(ROOM - 1)],
    ['cut in a flag', `${'x'.repeat(ROOM - 4)}🇨🇭${'x'.repeat(20)}`, 'x'.repeat(ROOM - 4)],
    ['of one character alone, longer than the limit', `e${'\u0301'.repeat(60)}`, `e${'\u0301'.repeat(25)}`],
  ])('that is too long, %s', (_, value, kept) => {
    const fitted = fitLabelValue(value, LIMIT);
    expect(MARKED.exec(fitted)?.[1]).toBe(kept);
    expect(Buffer.byteLength(fitted)).toBeLessThanOrEqual(LIMIT);
  });

  test('whatever it is: never too long, always the same, different where it was, and valid', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(text, text, fc.integer({ min: LIMIT, max: 300 }), (a, b, limit) => {
        const [first, second] = [fitLabelValue(a, limit), fitLabelValue(b, limit)];
        expect(Buffer.byteLength(first)).toBeLessThanOrEqual(limit);
        expect(fitLabelValue(a, limit)).toBe(first);
        expect(first).not.toMatch(/\p{Surrogate}/u);
        expect(first === second).toBe(a === b);
      }),
    );
  });

  test('as long as PostgreSQL has it is cut without delay', () => {
    const value = `${'é'.repeat(5_000_000)}e${'\u0301'.repeat(1000)}`;
    expect(fitLabelValue(value, 1000)).toMatch(MARKED);
  });
});

test.each<[Shape, Partial<Parameters<typeof collector>[0]>]>([
  ['now', {}],
  ['spans', {}],
  ['events', { now: undefined, events: { text: 'SELECT', file: 'f', line: 1 } }],
])('long subjects that begin alike stay two series in %s', (shape, change) => {
  const definition = collector({
    ...change,
    maxLabelBytes: LIMIT,
    shipped: false,
    metrics: [metric(shape === 'events' ? { type: 'counter', name: 'team_items_total' } : {})],
  });
  const long = 'The same beginning. '.repeat(270);
  const columns = [{ name: 'project' }, { name: 'items' }, { name: 'key' }];
  const accumulator = createAccumulator(definition, shape);
  accumulator.add(columns, [
    [`${long}a`, '1', 'issues.issue:1'],
    [`${long}b`, '2', 'issues.issue:2'],
  ]);
  const [family] = accumulator.families();
  const values = family && 'values' in family ? family.values : new Map<string, number>();
  expect([...values]).toEqual([
    [fitLabelValue(`${long}a`, LIMIT), 1],
    [fitLabelValue(`${long}b`, LIMIT), 2],
  ]);
  if (shape === 'events') {
    const zeros = createAccumulator(definition, shape);
    zeros.open([{ name: 'project' }], [[`${long}a`]]);
    const [opened] = zeros.families();
    expect(opened && 'values' in opened && [...opened.values.keys()]).toEqual([
      fitLabelValue(`${long}a`, LIMIT),
    ]);
  }
});
