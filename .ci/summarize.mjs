import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Adds up what vitest's JSON reporter wrote into a folder: a line for each test that failed, and the sum as the last line. */
const [folder = ''] = process.argv.slice(2);
const sums = { passed: 0, failed: 0, skipped: 0 };
for (const file of readdirSync(folder).sort()) {
  const run = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  sums.passed += run.numPassedTests;
  sums.skipped += run.numPendingTests + run.numTodoTests;
  for (const { name, status, message, assertionResults } of run.testResults) {
    const failures = assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => [test.fullName, test.failureMessages[0] ?? '']);
    // A file that could not be loaded, or set up, has no test that failed.
    if (status === 'failed' && failures.length === 0) failures.push(['(the file itself)', message]);
    sums.failed += failures.length;
    for (const [test, why] of failures)
      console.log(
        `failed: ${file.replace('.json', '')}: ${relative('.', name)}: ${test}: ${why.split('\n')[0]}`,
      );
  }
}
console.log(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped`);
