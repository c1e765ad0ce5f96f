import { writeFileSync } from 'node:fs';

/** Writes what came of a run of vitest as JSON into the file that RESULTS_FILE names, for `summarize.mjs`. */
export default class Reporter {
  onTestRunEnd(modules, unhandledErrors) {
    const result = { passed: 0, skipped: 0, failures: [], seconds: {} };
    const failed = (file, what, errors) =>
      result.failures.push(`${file}: ${what}: ${(errors[0]?.message ?? '').split('\n')[0]}`);
    for (const module of modules) {
      const file = module.relativeModuleId;
      result.seconds[file] = Math.round(module.diagnostic().duration / 1000);
      // A file, or a suite of it, that could not be loaded or set up has no test that failed.
      if (module.errors().length > 0) failed(file, '(the file itself)', module.errors());
      if (['queued', 'pending'].includes(module.state()))
        failed(file, '(the file itself)', [{ message: 'did not end' }]);
      for (const suite of module.children.allSuites())
        if (suite.errors().length > 0) failed(file, suite.fullName, suite.errors());
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'failed') failed(file, test.fullName, errors);
        else result[state === 'passed' ? 'passed' : 'skipped'] += 1;
      }
    }
    // One that no test waited for, or that ended a worker: vitest fails the run for it, and no test.
    for (const error of unhandledErrors) {
      const where = /^ *at .*/m.exec(error.stack ?? '')?.[0].trim() ?? 'nowhere';
      failed(error.VITEST_TEST_PATH ?? '(no file)', `unhandled, ${where}`, [error]);
    }
    writeFileSync(process.env.RESULTS_FILE, JSON.stringify(result));
  }
}
