import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // PGlite is a whole PostgreSQL in WebAssembly: a process of its own for each test file keeps memory flat.
    pool: 'forks',
    maxWorkers: 2,
  },
});
