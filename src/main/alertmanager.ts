import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  alertmanagerConfig,
  type Destination,
  destinations,
  MADE_BY,
} from '../alertmanager/alertmanager-config.js';
import { NOBODY } from '../alertmanager/receivers.js';
import { reload } from '../alertmanager/reload.js';
import { timeOff } from '../alertmanager/time-intervals.js';
import { BugflowError, messageOf } from '../base/errors.js';
import { makeFolder } from '../base/make-folder.js';
import { writeAtomically } from '../base/write-atomically.js';
import type { AlertingSettings } from '../config/config.js';
import type { Access } from '../http/http-target.js';
import type { RetryPolicy } from '../http/retry.js';
import { formatTable } from './table.js';

/** The templates of the messages in Slack; the path works from `src/main` and `dist/main`. */
export const SHIPPED_TEMPLATE = fileURLToPath(
  new URL('../../alerting/alertmanager/slack.tmpl', import.meta.url),
);

export interface AlertmanagerCommandOptions {
  readonly folder: string;
  /** The address of the Alertmanager that has to read the files; undefined: none. */
  readonly reload: string | undefined;
  /** What lets it in there. */
  readonly access?: Access | undefined;
  /** The file with the templates of the messages. */
  readonly template: string;
  readonly print: (line: string) => void;
  readonly retry?: RetryPolicy;
}

/** Alertmanager runs as another user; the files contain no secrets. */
const READABLE_BY_ALL = 0o644;

/** Writes Alertmanager's configuration, and prints where alerts go. @throws BugflowError */
export async function alertmanager(
  settings: AlertingSettings,
  { folder, reload: url, access, template, print, retry }: AlertmanagerCommandOptions,
): Promise<void> {
  const secrets = await checkSecrets(settings);
  const source = { ...settings, isEmpty: (file: string) => secrets.get(file) === 'empty' };
  const files = {
    'slack.tmpl': await readFile(template, 'utf8'),
    'alertmanager.yml': alertmanagerConfig(source),
  };
  await assertOurs(join(folder, 'alertmanager.yml'));
  for (const [name, text] of Object.entries(files)) await write(join(folder, name), text);
  print(`Written: ${join(folder, 'alertmanager.yml')} and slack.tmpl`);
  for (const line of describe(settings, destinations(source))) print(line);
  for (const [file, state] of secrets) if (state === 'unknown') print(unknownSecret(file));
  if (url === undefined) return;
  await reload(url, { access, print, ...(retry && { policy: retry }) });
  print('Alertmanager has read it.');
}

/** @throws BugflowError when the file was not made by this command */
async function assertOurs(file: string): Promise<void> {
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before === undefined || before.trim() === '' || before.startsWith(MADE_BY)) return;
  throw new BugflowError(
    'ALERTMANAGER_OUTPUT',
    `${file} was not made by this command and would be lost; move it away, or choose another folder`,
  );
}

async function write(file: string, text: string): Promise<void> {
  try {
    await makeFolder(dirname(file));
    await writeAtomically(file, text, READABLE_BY_ALL);
  } catch (error) {
    throw new BugflowError('ALERTMANAGER_OUTPUT', `cannot write ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

type SecretState = 'empty' | 'given' | 'unknown';

/** Only whether the secrets' files are empty. They need not be readable on this machine, only for Alertmanager. */
async function checkSecrets({
  alerting: { slack, channels },
}: AlertingSettings): Promise<Map<string, SecretState>> {
  if (slack === undefined) return new Map();
  const files = slack.kind === 'bot' ? [slack.tokenFile] : channels.map((rule) => rule.webhookUrlFile ?? '');
  const states = new Map<string, SecretState>();
  for (const file of new Set(files)) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    states.set(file, text === undefined ? 'unknown' : text.trim() === '' ? 'empty' : 'given');
  }
  return states;
}

function unknownSecret(file: string): string {
  return `${file} cannot be read from here, so whether it is empty is not known.`;
}

/** Where alerts go: one line for each destination. */
function describe(
  { alerting, calendar, timeZone }: AlertingSettings,
  told: readonly Destination[],
): string[] {
  if (told.length === 0)
    return ['Nobody is told: alerting.slack is not configured. Alerts are shown only in Alertmanager.'];
  const rows = told.map(({ rule: { alert, project, severity }, receiver, secretFile }) => [
    ...[alert, project, severity ?? 'all'],
    receiver === NOBODY ? `nobody: ${secretFile} is empty` : receiver.name,
  ]);
  const days = calendar.weekdays.length;
  const quiet =
    alerting.quiet && timeOff(calendar, timeZone).length > 0
      ? `Warnings wait for working time, ${days} ${days === 1 ? 'day' : 'days'} a week; critical alerts do not.`
      : 'Nothing waits for working time.';
  return [...formatTable(['alert', 'project', 'severity', 'told'], rows), quiet];
}
