import type { Command } from 'commander';
import type { ConfigSource } from '../config/config.js';
import type { Environment } from '../config/expand.js';
import {
  type AccessFlags,
  type ArgumentContext,
  addAccessOptions,
  argumentUrl,
  readAccess,
} from './access-options.js';

interface AlertmanagerFlags extends AccessFlags {
  readonly out: string;
  readonly reload?: string;
}

interface AlertmanagerCommandContext {
  readonly env: Environment;
  readonly source: () => ConfigSource;
  readonly print: (line: string) => void;
}

/** Adds the command `alertmanager` to the command line. */
export function addAlertmanagerCommand(
  program: Command,
  { source, env, print }: AlertmanagerCommandContext,
): void {
  const context: ArgumentContext = { env, fail: (message) => program.error(`error: ${message}`) };
  const command = program
    .command('alertmanager')
    .description("write Alertmanager's configuration and the messages in Slack")
    .requiredOption('--out <folder>', 'put alertmanager.yml and slack.tmpl here')
    .option('--reload <url>', 'then make the Alertmanager at this address read them');
  addAccessOptions(command).action(async ({ out, reload: given, ...flags }: AlertmanagerFlags) => {
    const reload = given === undefined ? undefined : argumentUrl('--reload', given, context);
    if (reload !== undefined && !isBase(reload))
      context.fail('--reload: write it like http://localhost:9093');
    if (out.trim() === '') context.fail('--out: name a folder');
    const access = await readAccess(flags, context);
    const { loadAlertingSettings } = await import('../config/config.js');
    const { alertmanager, SHIPPED_TEMPLATE } = await import('./alertmanager.js');
    await alertmanager(await loadAlertingSettings(source()), {
      ...{ folder: out, reload, access, template: SHIPPED_TEMPLATE, print },
    });
  });
}

/** Whether a path can be appended to the address; it may have a user and a password, from the environment. */
function isBase(address: string): boolean {
  if (!/^https?:\/\/\S+$/.test(address) || !URL.canParse(address)) return false;
  const { search, hash } = new URL(address);
  return search + hash === '';
}
