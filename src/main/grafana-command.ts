import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../base/duration.js';
import type { ConfigSource } from '../config/config.js';
import type { Environment } from '../config/expand.js';
import {
  type AccessFlags,
  type ArgumentContext,
  addHeaderOptions,
  loginFiles,
  readAccess,
} from './access-options.js';

interface GrafanaFlags extends AccessFlags {
  readonly url?: string;
  readonly folder?: string;
  readonly datasource?: string;
  readonly playlistOnly?: boolean;
  /** Milliseconds. */
  readonly wait: number;
}

interface GrafanaCommandContext {
  readonly env: Environment;
  readonly source: () => ConfigSource;
  readonly version: string;
  readonly print: (line: string) => void;
}

/** Adds the command `grafana` to the command line. */
export function addGrafanaCommand(
  program: Command,
  { source, env, version, print }: GrafanaCommandContext,
): void {
  const context: ArgumentContext = { env, fail: (message) => program.error(`error: ${message}`) };
  const command = program
    .command('grafana')
    .description('put the dashboards, a wall for each project, and the playlist of the walls into a Grafana')
    .option('--url <url>', "Grafana's address; by default external_urls.grafana of the configuration")
    .option('--token-file <file>', 'file with a token of a service account with the role Editor')
    .option('--user <name>', 'log in as this user instead')
    .option('--password-file <file>', "file with the user's password")
    .option('--folder <title>', 'folder of the dashboards, by its title or uid; by default "Taiga"')
    .option(
      '--datasource <name>',
      'the Prometheus to read, by its name or uid; by default the default or only one',
    )
    .option('--playlist-only', 'only the walls and their playlist, when the dashboards come from files')
    .addOption(
      new Option('--wait <duration>', 'wait so long for a Grafana that does not answer yet, like 60s')
        .argParser(parseWait)
        .default(0, 'not at all'),
    );
  addHeaderOptions(command).action(
    async ({ url, folder, datasource, playlistOnly = false, wait, ...flags }: GrafanaFlags) => {
      const problem = url === undefined ? undefined : problemOf(url);
      if (problem !== undefined) return program.error(`error: --url: ${problem}`);
      const credentials = loginFiles(flags, context);
      if (!credentials)
        return program.error('error: give a login: --token-file, or --user and --password-file');
      const { headersFile, header } = flags;
      const access = await readAccess({ headersFile, header }, context);
      const { loadInstallation } = await import('./installation.js');
      const { grafana, SHIPPED_DASHBOARDS } = await import('./grafana.js');
      const installation = await loadInstallation(source());
      const address = url ?? installation.config.externalUrls.grafana;
      if (address === undefined)
        return program.error('error: give an address: --url, or external_urls.grafana in the configuration');
      await grafana(installation, {
        url: address,
        credentials,
        access,
        folder,
        datasource,
        playlistOnly,
        waitMs: wait,
        dashboardsFolder: SHIPPED_DASHBOARDS,
        version,
        now: new Date(),
        print,
      });
    },
  );
}

/** Not checked while arguments are parsed, as those errors quote the argument, which may contain a password. */
function problemOf(url: string): string | undefined {
  if (!/^https?:\/\/\S+$/.test(url) || !URL.canParse(url))
    return 'write it like https://grafana.example.org or http://localhost:3000';
  const { username, password, search, hash } = new URL(url);
  if (username + password !== '')
    return 'credentials go into files: --token-file, or --user and --password-file';
  return search + hash === '' ? undefined : 'it must not contain ? or #';
}

const MAX_WAIT_MS = 86_400_000;

function parseWait(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms > MAX_WAIT_MS)
    throw new InvalidArgumentError('write it like 60s or 5m, at most a day.');
  return ms;
}
