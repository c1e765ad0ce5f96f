import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPackedLists } from '../../src/collectors/events/packed-lists.js';

const number = fc.oneof(
  fc.nat(300),
  fc.maxSafeNat(),
  fc.constantFrom(0, 127, 128, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER),
);
const list = fc.array(number, { maxLength: 40 });

it('gives out each list as it was last set, however often the lists are replaced or removed', () => {
  const step = fc.tuple(fc.oneof(fc.nat(4), fc.constant(5000)), fc.option(list));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const lists = createPackedLists();
      const model = new Map<number, readonly number[]>();
      for (const [index, each] of steps) {
        if (each) lists.set(index, each);
        else lists.remove(index);
        model.set(index, each ?? []);
        expect(lists.get(index)).toEqual(each ?? []);
      }
      for (const index of [0, 1, 2, 3, 4, 5000, 5001])
        expect([index, lists.get(index)]).toEqual([index, model.get(index) ?? []]);
    }),
  );
});

it('keeps lists that are never replaced while all others are, again and again', () => {
  const lists = createPackedLists();
  for (let index = 0; index < 1000; index++) lists.set(index, [index, index * 1e12]);
  for (let round = 1; round <= 100; round++)
    for (let index = 1; index < 1000; index += 2) lists.set(index, [round, index]);
  for (let index = 0; index < 1000; index++)
    expect(lists.get(index)).toEqual(index % 2 === 0 ? [index, index * 1e12] : [100, index]);
});
