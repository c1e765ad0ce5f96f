import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadAlertingSettings } from '../../src/config/config.js';
import { checkRules } from '../../src/main/check-rules.js';
import { isInstalled } from '../backfill/servers.js';
import { folderWith } from '../unit/helpers.js';

const OWN = `groups:
  - name: ours
    rules:
      - alert: TooManyQuestions
        expr: sum(taiga_items{kind="issue"}) > 50
      - record: ours
        expr: vector(1)
`;

interface Found {
  readonly said: readonly string[];
  /** Without the folder. */
  readonly problems: readonly string[];
}

async function check(
  alerting: string,
  files: Record<string, string> = {},
  env = process.env,
): Promise<Found> {
  const folder = await folderWith({ ...files, 'bugflow.yaml': `alerting:\n${alerting}` });
  const settings = await loadAlertingSettings({ file: join(folder, 'bugflow.yaml'), env: {} });
  const said: string[] = [];
  const problems = await checkRules(settings.alerting, { print: (line) => void said.push(line), env });
  return { said, problems: problems.map((problem) => problem.replaceAll(`${folder}/`, '')) };
}

test('without rules and without anything switched off there is nothing to say', async () => {
  expect(await check('  quiet: true\n')).toEqual({ said: [], problems: [] });
});

test('an alert that is switched off must be known, be it shipped or of the own rules', async () => {
  const disabled = `  rules: ["*.rules.yml"]
  disabled:
    - { alert: TaigaWorkStale }
    - { alert: BugflowDatabaseDown }
    - { alert: TooManyQuestions, project: "a*" }
    - { alert: TaigaWorkStail }
`;
  expect((await check(disabled, { 'a.rules.yml': OWN })).problems).toEqual([
    'bugflow.yaml:7: there is no alert "TaigaWorkStail" to switch off; docs/runbooks has one page for each',
  ]);
  expect((await check(disabled)).problems).toHaveLength(2);
});

test('what is switched off in vain is told', async () => {
  const disabled = `  disabled:
    - { alert: BugflowWatchdog }
    - { alert: BugflowDatabaseDown, project: shop }
`;
  expect((await check(disabled)).problems).toEqual([
    'bugflow.yaml:3: BugflowWatchdog cannot be switched off: it tells nobody unless alerting.watchdog_url is set',
    'bugflow.yaml:4: BugflowDatabaseDown belongs to no project; leave project out',
  ]);
});

test("an own alert must not take a shipped one's name", async () => {
  const own = OWN.replaceAll('TooManyQuestions', 'TaigaWorkStale');
  expect((await check('  rules: ["*.rules.yml"]\n', { 'a.rules.yml': own })).problems).toEqual([
    'own rules: "TaigaWorkStale" is the name of a shipped alert; choose another',
  ]);
});

test('a wildcard may fit nothing yet, a name must not', async () => {
  expect(await check('  rules: ["ours/*.rules.yml"]\n')).toEqual({
    said: ['Own rules: 0 files, 0 alerts'],
    problems: [],
  });
  expect((await check('  rules: [ours.rules.yml]\n')).problems).toEqual([
    'there is no file ours.rules.yml; add it or fix `alerting.rules` in the configuration',
  ]);
});

test('without promtool it says so, and looks at the names all the same', async () => {
  const { said, problems } = await check('  rules: ["*.rules.yml"]\n', { 'a.rules.yml': OWN }, { PATH: '' });
  expect(said).toEqual([
    'Own rules: 1 file, 1 alert (not checked: promtool is not in PATH; it comes with Prometheus: apt-get install prometheus, or https://prometheus.io/download)',
  ]);
  expect(problems).toEqual([]);
  const broken = await check('  rules: ["*.rules.yml"]\n', { 'a.rules.yml': 'groups: [' }, { PATH: '' });
  expect(broken.problems).toEqual([expect.stringMatching(/^a\.rules\.yml:1: not valid YAML: /)]);
});

describe.skipIf(!isInstalled('promtool'))('with promtool (skipped without it)', () => {
  test('good rules are counted', async () => {
    expect(await check('  rules: ["*.rules.yml"]\n', { 'a.rules.yml': OWN, 'b.rules.yml': OWN })).toEqual({
      said: ['Own rules: 2 files, 1 alert'],
      problems: [],
    });
  });

  test.each([
    ['an expression', OWN.replace('> 50', '>'), /^a\.rules\.yml: .*could not parse expression/],
    ['a key', OWN.replace('expr: sum', 'expression: sum'), /^a\.rules\.yml: .*field expression not found/],
    ['YAML', 'groups: [', /^a\.rules\.yml: .*yaml/],
  ])('names the file and what is wrong: %s', async (_, text, message) => {
    const { problems } = await check('  rules: [a.rules.yml]\n', { 'a.rules.yml': text });
    expect(problems).toEqual([expect.stringMatching(message)]);
  });
});
