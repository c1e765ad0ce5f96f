import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasId, NO_IDS, sumOf, toIds, withIds } from '../../src/taiga/changes/ids.js';

it('are a set of ids', () => {
  const id = fc.oneof(fc.nat(30), fc.nat());
  fc.assert(
    fc.property(fc.array(fc.array(id)), id, (additions, other) => {
      let ids = NO_IDS;
      const model = new Set<number>();
      for (const added of additions) {
        ids = withIds(ids, added);
        for (const each of added) model.add(each);
        expect([...ids]).toEqual([...model].sort((a, b) => a - b));
        for (const each of [...added, other]) expect(hasId(ids, each)).toBe(model.has(each));
      }
      expect(sumOf(ids)).toBe([...model].reduce((sum, each) => sum + each, 0));
      expect(toIds(model)).toEqual(ids);
    }),
  );
});
