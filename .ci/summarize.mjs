import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Adds up what vitest's JSON reporter wrote into a folder, and prints one line. */
const [folder = ''] = process.argv.slice(2);
const sums = { passed: 0, failed: 0, skipped: 0 };
for (const name of readdirSync(folder)) {
  const run = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  sums.passed += run.numPassedTests;
  sums.failed += run.numFailedTests;
  sums.skipped += run.numPendingTests + run.numTodoTests;
  // A file that could not be loaded, or set up, has no test that failed.
  for (const { status, assertionResults } of run.testResults)
    if (status === 'failed' && assertionResults.every((test) => test.status !== 'failed')) sums.failed += 1;
}
console.log(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped`);
