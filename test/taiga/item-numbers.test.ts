import { expect, it } from 'vitest';
import { createItemNumbers } from '../../src/taiga/changes/item-numbers.js';

it('numbers items in the order in which they are first seen, and knows which number is whose', () => {
  const items = createItemNumbers();
  expect(['a', 'b', 'a', 'c'].map(items.of)).toEqual([0, 1, 0, 2]);
  expect([items.count(), items.find('b'), items.find('d'), items.count()]).toEqual([3, 1, undefined, 3]);
  expect([0, 1, 2].map(items.keyOf)).toEqual(['a', 'b', 'c']);
  expect(() => items.keyOf(3)).toThrow('there is no item number 3');
});
