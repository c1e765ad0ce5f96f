import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { INSTALL_PROMTOOL } from '../backfill/promtool.js';
import { readDocument } from '../base/document.js';
import { BugflowError, messageOf } from '../base/errors.js';
import { fitsWildcard } from '../base/wildcard.js';
import type { AlertingConfig } from '../config/alerting-section.js';

/** The rules that ship with the package; the path works from `src/main` and `dist/main`. */
const SHIPPED_RULES = fileURLToPath(new URL('../../alerting/rules', import.meta.url));

export interface RulesCheckOptions {
  readonly print: (line: string) => void;
  readonly shippedFolder?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Checks the team's own rules and the disabled alerts; resolves to the problems. */
export async function checkRules(
  { ruleFiles, disabled }: Pick<AlertingConfig, 'ruleFiles' | 'disabled'>,
  { print, shippedFolder = SHIPPED_RULES, env = process.env }: RulesCheckOptions,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const attempt = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BugflowError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const own = (await Promise.all(ruleFiles.map((pattern) => attempt(() => listFiles(pattern))))).flatMap(
    (files) => files ?? [],
  );
  const names = new Set<string>();
  let checked = own.length > 0;
  for (const file of own) {
    const result = await attempt(() => askPromtool(file, env));
    if (result === 'no promtool') checked = false;
    // A file that is not valid YAML has already been reported by promtool.
    const alerts = result === undefined ? [] : await attempt(() => alertNames(file));
    for (const name of alerts ?? []) names.add(name);
  }
  if (ruleFiles.length > 0) {
    const alerts = `${count(own.length, 'file')}, ${count(names.size, 'alert')}`;
    const how =
      own.length === 0 || checked ? '' : ` (not checked: promtool is not in PATH; ${INSTALL_PROMTOOL})`;
    print(`Own rules: ${alerts}${how}`);
  }
  problems.push(...(await withoutEffect({ disabled, own: names, shippedFolder })));
  return problems;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Empty when a wildcard matches nothing: a folder may not have its first file yet. */
async function listFiles(pattern: string): Promise<string[]> {
  const folder = dirname(pattern);
  const name = basename(pattern);
  const isWildcard = /[*?]/.test(name);
  const found = await readdir(folder).catch(() => []);
  const matching = found.filter((each) => (isWildcard ? fitsWildcard(each, name) : each === name)).sort();
  if (matching.length === 0 && !isWildcard)
    throw new BugflowError(
      'CONFIG_UNREADABLE',
      `there is no file ${pattern}; add it or fix \`alerting.rules\` in the configuration`,
    );
  return matching.map((each) => join(folder, each));
}

/** @throws BugflowError with promtool's message */
function askPromtool(file: string, env: NodeJS.ProcessEnv): 'good' | 'no promtool' {
  const { status, error, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], {
    encoding: 'utf8',
    env,
  });
  if (error && 'code' in error && error.code === 'ENOENT') return 'no promtool';
  if (status === 0) return 'good';
  const said = error ? messageOf(error) : `${stderr}${stdout}`;
  // The output begins with the file's name, which is shown anyway.
  const complaint = said
    .split('\n')
    .map((line) => line.replaceAll(`${file}: `, '').trim())
    .filter((line) => line !== '' && !/^(Checking |FAILED:|SUCCESS)/.test(line));
  throw new BugflowError('CONFIG_INVALID', complaint.join('; ') || `promtool ends with status ${status}`, {
    place: { file },
  });
}

const rulesSchema = z.object({
  groups: z
    .array(
      z.object({
        rules: z
          .array(z.object({ alert: z.string().optional() }))
          .nullable()
          .default([]),
      }),
    )
    .nullable()
    .default([]),
});

/** @throws BugflowError */
async function alertNames(file: string): Promise<string[]> {
  const errors = { unreadable: 'CONFIG_UNREADABLE', invalid: 'CONFIG_INVALID' } as const;
  const { value } = await readDocument(file, rulesSchema, errors);
  return (value.groups ?? []).flatMap(({ rules }) => (rules ?? []).flatMap(({ alert }) => alert ?? []));
}

/** Disabled alerts that do not exist, and own alerts that have the name of a shipped one. */
async function withoutEffect({
  disabled,
  own,
  shippedFolder,
}: {
  readonly disabled: AlertingConfig['disabled'];
  readonly own: ReadonlySet<string>;
  readonly shippedFolder: string;
}): Promise<string[]> {
  // Without the shipped rules every name would be unknown.
  if (!existsSync(shippedFolder)) return [];
  const files = await listFiles(join(shippedFolder, '*.rules.yml'));
  const shipped = new Set((await Promise.all(files.map(alertNames))).flat());
  const taken = [...own]
    .filter((alert) => shipped.has(alert))
    .map((alert) => `own rules: "${alert}" is the name of a shipped alert; choose another`);
  const vain = disabled.flatMap(({ alert, project, place }) => {
    const reason = reasonWithoutEffect(alert, project, shipped.has(alert) || own.has(alert));
    return reason === undefined ? [] : [new BugflowError('CONFIG_INVALID', reason, { place }).message];
  });
  return [...taken, ...vain];
}

function reasonWithoutEffect(alert: string, project: string, isKnown: boolean): string | undefined {
  if (!isKnown) return `there is no alert "${alert}" to switch off; docs/runbooks has one page for each`;
  if (alert === 'BugflowWatchdog')
    return 'BugflowWatchdog cannot be switched off: it tells nobody unless alerting.watchdog_url is set';
  if (alert.startsWith('Bugflow') && !/^\*+$/.test(project))
    return `${alert} belongs to no project; leave project out`;
  return undefined;
}
