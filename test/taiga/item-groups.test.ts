import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createItemGroups } from '../../src/taiga/changes/item-groups.js';

describe('items that must be read together', () => {
  it('stand alone until they are joined', () => {
    const groups = createItemGroups();
    expect([...groups.of('tasks.task:1')]).toEqual(['tasks.task:1']);
    groups.join('tasks.task:1', 'userstories.userstory:1');
    expect([...groups.of('tasks.task:1')].sort()).toEqual(['tasks.task:1', 'userstories.userstory:1']);
    expect(groups.of('userstories.userstory:1')).toBe(groups.of('tasks.task:1'));
  });

  it('become one group when a task is moved from one story to another', () => {
    const groups = createItemGroups();
    groups.join('task 1', 'story 1');
    groups.join('task 2', 'story 2');
    groups.join('task 2', 'story 1');
    expect([...groups.of('task 1')].sort()).toEqual(['story 1', 'story 2', 'task 1', 'task 2']);
  });

  it('do not mind being joined twice, or with themselves', () => {
    const groups = createItemGroups();
    groups.join('a', 'a');
    groups.join('a', 'b');
    groups.join('b', 'a');
    expect([...groups.of('a')].sort()).toEqual(['a', 'b']);
  });

  it('are those that a walk along the joins reaches', () => {
    const item = fc.integer({ min: 0, max: 25 }).map(String);
    fc.assert(
      fc.property(fc.array(fc.tuple(item, item), { maxLength: 60 }), (joins) => {
        const groups = createItemGroups();
        for (const [a, b] of joins) groups.join(a, b);
        for (let number = 0; number <= 25; number++)
          expect(new Set(groups.of(String(number)))).toEqual(reachedFrom(String(number), joins));
      }),
    );
  });
});

function reachedFrom(start: string, joins: readonly (readonly [string, string])[]): Set<string> {
  const reached = new Set([start]);
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const [a, b] of joins) {
      if (reached.has(a)) reached.add(b);
      if (reached.has(b)) reached.add(a);
    }
  }
  return reached;
}
