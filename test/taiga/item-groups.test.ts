import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createItemGroups, type ItemGroups } from '../../src/taiga/changes/item-groups.js';

const sorted = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);
const groupsOf = (groups: ItemGroups, ...items: readonly number[]): number[][] =>
  [...groups.of(items)].map(sorted);

describe('items that must be read together', () => {
  it('stand alone until they are joined', () => {
    const groups = createItemGroups();
    expect(groupsOf(groups, 0, 7)).toEqual([[0], [7]]);
    groups.join(0, 7);
    expect(groupsOf(groups, 0)).toEqual([[0, 7]]);
    expect(groupsOf(groups, 7, 3, 0)).toEqual([[0, 7], [3]]);
  });

  it('become one group when a task is moved from one story to another', () => {
    const groups = createItemGroups();
    groups.join(11, 1);
    groups.join(12, 2);
    groups.join(12, 1);
    expect(groupsOf(groups, 11)).toEqual([[1, 2, 11, 12]]);
  });

  it('do not mind being joined twice, or with themselves', () => {
    const groups = createItemGroups();
    groups.join(5, 5);
    groups.join(5, 6);
    groups.join(6, 5);
    expect(groupsOf(groups, 5)).toEqual([[5, 6]]);
  });

  it('stay what they were in what was given out', () => {
    const groups = createItemGroups();
    groups.join(1, 2);
    const before = groups.of([1]);
    groups.join(2, 3);
    expect([before.itemCount, [...before].map(sorted)]).toEqual([2, [[1, 2]]]);
  });

  it('are those that a walk along the joins reaches', () => {
    const item = fc.nat(25);
    fc.assert(
      fc.property(fc.array(fc.tuple(item, item), { maxLength: 60 }), fc.uniqueArray(item), (joins, asked) => {
        const groups = createItemGroups();
        for (const [a, b] of joins) groups.join(a, b);
        const expected = new Map(asked.map((each) => [String(reachedFrom(each, joins)), each]));
        const found = groups.of(asked);
        expect([...found].map((group) => String(sorted(group))).sort()).toEqual([...expected.keys()].sort());
        expect(found.itemCount).toBe([...found].flat().length);
      }),
    );
  });
});

function reachedFrom(start: number, joins: readonly (readonly [number, number])[]): number[] {
  const reached = new Set([start]);
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const [a, b] of joins) {
      if (reached.has(a)) reached.add(b);
      if (reached.has(b)) reached.add(a);
    }
  }
  return sorted(reached);
}
