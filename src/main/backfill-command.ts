import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import type { BackfillTarget } from '../backfill/backfill.js';
import { BugflowError } from '../base/errors.js';
import type { ConfigSource } from '../config/config.js';
import type { Environment } from '../config/expand.js';
import {
  type AccessFlags,
  type ArgumentContext,
  addAccessOptions,
  argumentUrl,
  readAccess,
} from './access-options.js';
import { parseStep, parseTime } from './arguments.js';
import { type Signals, statusOf } from './signals.js';

interface BackfillFlags extends AccessFlags {
  readonly from?: Date;
  readonly to?: Date;
  readonly ifAbsent?: boolean;
  readonly step: number;
  readonly out?: string;
  readonly prometheusData?: string;
  readonly prometheusUrl?: string;
  readonly promtool?: boolean;
  readonly remoteWrite?: string;
  readonly state?: string;
  readonly includeRecent?: boolean;
  readonly dryRun?: boolean;
}

interface BackfillCommandContext {
  readonly env: Environment;
  readonly source: () => ConfigSource;
  readonly print: (line: string) => void;
  readonly signals: Signals;
}

/** Adds the command `backfill` to the command line. */
export function addBackfillCommand(
  program: Command,
  { source, env, print, signals }: BackfillCommandContext,
): void {
  const context: ArgumentContext = { env, fail: (message) => program.error(`error: ${message}`) };
  const command = program
    .command('backfill')
    .description("write the team's past to where Prometheus finds it")
    .option(
      '--from <time>',
      'begin at this time (ISO 8601); by default when the first thing happened',
      parseTime,
    )
    .option(
      '--to <time>',
      'end at this time; by default where the scrapes of --prometheus-url begin, else now',
      parseTime,
    )
    .option('--step <duration>', 'time between two samples of a series, like 5m or 1h', parseStep, 5 * 60_000)
    .option('--out <folder>', 'write OpenMetrics files for promtool, and print what to do with them')
    .option('--prometheus-data <folder>', "write blocks into Prometheus' own data folder")
    .option('--prometheus-url <url>', 'ask this Prometheus how long it keeps samples, and when its own begin')
    .option('--if-absent', 'do nothing when an earlier backfill has written into --prometheus-data')
    .option('--promtool', 'let promtool make the blocks: slower')
    .option('--remote-write <url>', 'send to a remote-write receiver')
    .option('--state <file>', 'remember here how much was sent, to continue from there')
    .option(
      '--include-recent',
      'also write the last three hours, which a running Prometheus may be writing itself',
    )
    .option('--dry-run', 'only print how much would be written');
  addAccessOptions(command)
    .addHelpText('after', ACCESS_HELP)
    .action(async (options: BackfillFlags) => {
      const now = new Date();
      const target = await backfillTarget(options, context);
      if (!target) {
        return program.error(
          'error: choose a target: one of --out, --prometheus-data, --remote-write and --dry-run',
        );
      }
      // Most of what it allocates is short-lived: earlier collections keep the heap a third smaller, for a tenth more time.
      setFlagsFromString('--heap-growing-percent=100');
      const { loadInstallation } = await import('./installation.js');
      const { backfill } = await import('./backfill.js');
      await backfill(await loadInstallation(source()), {
        from: options.from,
        to: options.to,
        stepMs: options.step,
        target,
        includeRecent: options.includeRecent ?? false,
        now,
        print,
        signal: interruptionBy(signals),
      });
    });
}

const ACCESS_HELP = `
The login and the headers are for the server of --remote-write or --prometheus-url. Secrets never stand in the arguments; in
addresses and headers \${VAR} is taken from the environment (write it in single quotes). See docs/backfill.md.`;

/** Undefined unless exactly one is given. @throws BugflowError */
async function backfillTarget(
  { out, prometheusData, promtool, ifAbsent, state, dryRun, ...flags }: BackfillFlags,
  context: ArgumentContext,
): Promise<BackfillTarget | undefined> {
  const targets: BackfillTarget[] = [];
  const address = (option: string, text: string | undefined): string | undefined =>
    text === undefined ? undefined : argumentUrl(option, text, context);
  const remoteWrite = address('--remote-write', flags.remoteWrite);
  const prometheusUrl = address('--prometheus-url', flags.prometheusUrl);
  const access = await readAccess(flags, context);
  if (Object.keys(access.headers).length > 0 && (remoteWrite ?? prometheusUrl) === undefined)
    context.fail('a login and headers are for --remote-write or --prometheus-url; give one of them');
  if (out !== undefined) targets.push({ out });
  if (prometheusData !== undefined)
    targets.push({ prometheusData, prometheusUrl, access, promtool, ifAbsent });
  if (remoteWrite !== undefined) targets.push({ remoteWrite, access, stateFile: state });
  if (dryRun) targets.push({ dryRun: true });
  const [target, ...others] = targets;
  return others.length === 0 ? target : undefined;
}

/** Aborted by a signal; what takes too long to end then ends with the process. */
function interruptionBy(signals: Signals): AbortSignal {
  const interruption = new AbortController();
  void signals.stop.then(() =>
    interruption.abort(
      new BugflowError('BACKFILL_OUTPUT', 'interrupted; nothing incomplete was left behind'),
    ),
  );
  // Nothing incomplete has its name yet, and the next backfill removes it.
  signals.limitStop((signal) => {
    process.stderr.write('taiga-bugflow: interrupted; what is incomplete will not be used\n');
    process.exit(statusOf(signal));
  });
  return interruption.signal;
}
