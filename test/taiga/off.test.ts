import { expect, test } from 'vitest';
import { offReason, withoutOff } from '../../src/taiga/off.js';

const reader = {
  lacking: async (names: readonly string[]) => names.filter((name) => name.startsWith('projects_swimlane')),
};

test('what requires something that this Taiga lacks is off, and says what', async () => {
  expect(
    await offReason(reader, { requires: ['users_user', 'projects_swimlane', 'projects_swimlane.name'] }),
  ).toEqual({ missing: ['projects_swimlane', 'projects_swimlane.name'] });
});

test.each([[[]], [['users_user']]])('what requires %j is not', async (requires) => {
  expect(await offReason(reader, { requires })).toBeUndefined();
});

test('the others are left, in their order', async () => {
  const [items, lanes, users] = [
    { name: 'items', requires: [] },
    { name: 'lanes', requires: ['projects_swimlane'] },
    { name: 'users', requires: ['users_user'] },
  ];
  expect(await withoutOff(reader, [items, lanes, users])).toEqual([items, users]);
});

test('nothing is said where the database could not be asked', async () => {
  const absent = { lacking: () => Promise.reject(new Error('nothing answers')) };
  await expect(offReason(absent, { requires: ['users_user'] })).rejects.toThrow('nothing answers');
  await expect(withoutOff(absent, [{ requires: ['users_user'] }])).rejects.toThrow('nothing answers');
});
