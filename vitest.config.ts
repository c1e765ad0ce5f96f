import { defineConfig } from 'vitest/config';
import { HANG_MS } from './test/support/hang.js';
import { LongFirst } from './test/support/long-first.js';

const MINUTE_MS = 60_000;

/** What depends most on which PostgreSQL it is: the quick part takes the machine's own, where there is one, and this part the embedded one. */
const ON_BOTH = [
  'test/history/cases.test.ts',
  'test/history/transitions.test.ts',
  'test/integration/collectors.test.ts',
  'test/integration/database.test.ts',
  'test/integration/textfile.test.ts',
];

export default defineConfig({
  test: {
    // PGlite is a whole PostgreSQL in WebAssembly: a process of its own for each test file keeps memory flat.
    pool: 'forks',
    isolate: false,
    // One more than the two cores of a small machine: some tests wait most of their time.
    maxWorkers: 3,
    globalSetup: 'test/support/templates.ts',
    // No test depends on how fast the machine is: limits end what hangs, and nothing else.
    testTimeout: 5 * MINUTE_MS,
    hookTimeout: 5 * MINUTE_MS,
    expect: { poll: { timeout: HANG_MS, interval: 25 } },
    slowTestThreshold: 5000,
    sequence: { sequencer: LongFirst },
    projects: [
      {
        extends: true,
        test: {
          // For people, in minutes: `npm test`.
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.endurance.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          // What takes long by its nature, and random tests with many more cases: `npm run test:endurance`.
          name: 'endurance',
          include: ['test/**/*.endurance.test.ts', 'test/**/*.property.test.ts'],
          env: { BUGFLOW_TEST_EFFORT: 'endurance' },
          testTimeout: 30 * MINUTE_MS,
        },
      },
      {
        extends: true,
        test: {
          // `npm run test:embedded`
          name: 'embedded',
          include: ON_BOTH,
          env: { BUGFLOW_TEST_EMBEDDED: '1' },
        },
      },
    ],
  },
});
