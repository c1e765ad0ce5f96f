import type { Command } from 'commander';
import type { ConfigSource } from '../config/config.js';

interface AlertmanagerFlags {
  readonly out: string;
  readonly reload?: string;
}

interface AlertmanagerCommandContext {
  readonly source: () => ConfigSource;
  readonly print: (line: string) => void;
}

/** Adds the command `alertmanager` to the command line. */
export function addAlertmanagerCommand(
  program: Command,
  { source, print }: AlertmanagerCommandContext,
): void {
  program
    .command('alertmanager')
    .description("write Alertmanager's configuration and the messages in Slack")
    .requiredOption('--out <folder>', 'put alertmanager.yml and slack.tmpl here')
    .option('--reload <url>', 'then make the Alertmanager at this address read them')
    .action(async ({ out, reload }: AlertmanagerFlags) => {
      if (reload !== undefined && !isBase(reload))
        return program.error('error: --reload: write it like http://localhost:9093');
      if (out.trim() === '') return program.error('error: --out: name a folder');
      const { loadAlertingSettings } = await import('../config/config.js');
      const { alertmanager, SHIPPED_TEMPLATE } = await import('./alertmanager.js');
      await alertmanager(await loadAlertingSettings(source()), {
        ...{ folder: out, reload, template: SHIPPED_TEMPLATE, print },
      });
    });
}

/** Whether a path can be appended to the address; it may have a user and a password. */
function isBase(address: string): boolean {
  if (!/^https?:\/\/\S+$/.test(address) || !URL.canParse(address)) return false;
  const { search, hash } = new URL(address);
  return search + hash === '';
}
