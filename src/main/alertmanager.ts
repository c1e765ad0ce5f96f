import { mkdir, readFile } from 'node:fs/promises';
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
import { writeAtomically } from '../base/write-atomically.js';
import type { AlertingSettings } from '../config/config.js';
import type { RetryPolicy } from '../http/retry.js';
import { formatTable } from './table.js';

/** The messages in Slack, from `src/main` and `dist/main` alike. */
export const SHIPPED_TEMPLATE = fileURLToPath(
  new URL('../../alerting/alertmanager/slack.tmpl', import.meta.url),
);

export interface AlertmanagerCommandOptions {
  readonly folder: string;
  /** Address of the Alertmanager that is to read the files. */
  readonly reload: string | undefined;
  /** The file with the messages. */
  readonly template: string;
  readonly print: (line: string) => void;
  readonly retry?: RetryPolicy;
}

/** Alertmanager's own user reads the files; there is no secret in them. */
const FOR_ALL_TO_READ = 0o644;

/** Writes Alertmanager's configuration, and prints who is told of what. @throws BugflowError */
export async function alertmanager(
  settings: AlertingSettings,
  { folder, reload: url, template, print, retry }: AlertmanagerCommandOptions,
): Promise<void> {
  const secrets = await lookInto(settings);
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
  await reload(url, { print, ...(retry && { policy: retry }) });
  print('Alertmanager has read it.');
}

/** @throws BugflowError where somebody wrote one by hand. */
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
    await mkdir(dirname(file), { recursive: true });
    await writeAtomically(file, text, FOR_ALL_TO_READ);
  } catch (error) {
    throw new BugflowError('ALERTMANAGER_OUTPUT', `cannot write ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

type SecretState = 'empty' | 'given' | 'unknown';

/** Only whether there is something in the files. Where Alertmanager sees them, this machine need not. */
async function lookInto({
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
  return `${file} cannot be read from here: whether there is something in it, Alertmanager will see.`;
}

/** Who is told of what, an entry a line. */
function describe(
  { alerting, calendar, timeZone }: AlertingSettings,
  told: readonly Destination[],
): string[] {
  if (told.length === 0)
    return ['Nobody is told: alerting.slack is not configured. Alerts are to be seen in Alertmanager.'];
  const rows = told.map(({ rule: { alert, project, severity }, receiver, secretFile }) => [
    ...[alert, project, severity ?? 'all'],
    receiver === NOBODY ? `nobody: ${secretFile} is empty` : receiver.name,
  ]);
  const days = calendar.weekdays.length;
  const quiet =
    alerting.quiet && timeOff(calendar, timeZone).length > 0
      ? `Warnings wait for working time, ${days} ${days === 1 ? 'day' : 'days'} a week; what is critical does not.`
      : 'Nothing waits for working time.';
  return [...formatTable(['alert', 'project', 'severity', 'told'], rows), quiet];
}
