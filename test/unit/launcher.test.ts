import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchLauncher } from '../../src/main/launcher.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const NPM = { npm_lifecycle_event: 'start' };

test.each([
  ['npm and its shell', { ...NPM, npm_lifecycle_script: 'taiga-bugflow serve' }, 1],
  ['npx', { npm_lifecycle_event: 'npx', npm_lifecycle_script: 'taiga-bugflow' }, 1],
  ['a script of several commands', { ...NPM, npm_lifecycle_script: 'build && taiga-bugflow serve 2>&1' }, 1],
  ['a script that leaves it in the background', { ...NPM, npm_lifecycle_script: 'taiga-bugflow serve &' }, 0],
  ['no npm', {}, 0],
])('%s: %j tells %i times that its parent is gone', (_what, env, told) => {
  let parent = 4711;
  let count = 0;
  watchLauncher(
    env,
    () => {
      count += 1;
    },
    () => parent,
  );
  vi.advanceTimersByTime(10_000);
  expect(count).toBe(0);
  parent = 1;
  vi.advanceTimersByTime(10_000);
  expect(count).toBe(told);
});
