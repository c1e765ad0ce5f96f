import { Command, CommanderError, Option } from 'commander';
import { BugflowError, messageOf } from '../base/errors.js';
import type { ConfigSource } from '../config/config.js';
import type { Environment } from '../config/expand.js';
import type { ListenAddress } from '../demo/postgres/embedded-postgres.js';
import { addAlertmanagerCommand } from './alertmanager-command.js';
import { parseListen, parsePast, parsePort, parseSeconds, parseTextfile, parseWhole } from './arguments.js';
import { addBackfillCommand } from './backfill-command.js';
import { addGrafanaCommand } from './grafana-command.js';
import { keepHeapSmall } from './heap.js';
import { addPostReportsCommand, addReportCommand } from './report-command.js';
import { type Signals, statusOf } from './signals.js';

export interface CliContext {
  readonly env: Environment;
  readonly version: string;
  readonly signals: Signals;
}

/** They end by themselves when a signal comes. */
const CLOSING: readonly string[] = ['serve', 'demo', 'backfill'];

const FAILED = 1;
const USAGE = 2;

/** The seed of the demo's past: everybody who gives none sees the same one. */
const DEMO_SEED = 1;

/**
 * Runs the command line. Resolves to the exit status: 0 good, 1 failed, 2 usage, 128 and more: ended by a signal. Each command imports only what it needs:
 * loading the server and the demo's database takes longer than most commands run.
 */
export async function runCli(
  argv: readonly string[],
  { env, version, signals }: CliContext,
): Promise<number> {
  let status = 0;
  const program = new Command('taiga-bugflow')
    .description("Taiga's database as Prometheus metrics")
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .option('-c, --config <file>', 'configuration file (or the environment variable TAIGA_BUGFLOW_CONFIG)');

  program.hook('preAction', (_program, command) => {
    if (!CLOSING.includes(command.name())) signals.endAtOnce();
  });

  const source = (): ConfigSource => ({
    file: program.opts<{ config?: string }>().config ?? env.TAIGA_BUGFLOW_CONFIG,
    env,
  });
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const warn = (message: string): void => {
    process.stderr.write(`taiga-bugflow: ${message}\n`);
  };

  program
    .command('serve')
    .description('run the service')
    .option('--port <port>', "listen on this port instead of the configuration's", parsePort)
    .option('--or-demo <folder>', 'if no database is configured: run the demo, kept in this folder')
    .option('--demo-listen <address>', "let clients connect to the demo's database at HOST:PORT", parseListen)
    .option('--demo-pace <seconds>', 'how often somebody in the demo does something', parseSeconds, 1800)
    .action(async ({ port, orDemo, demoListen, demoPace }: ServeFlags) => {
      // Before anything else is loaded, as loading would grow the heap. Not for the demo, which computes a lot.
      if (orDemo === undefined) keepHeapSmall();
      const { serve } = await import('./serve.js');
      const demo =
        orDemo === undefined
          ? undefined
          : { folder: orDemo, listen: demoListen, seed: DEMO_SEED, paceMs: demoPace * 1000 };
      await serve({ source: source(), version, port, signals, demo });
    });

  program
    .command('demo')
    .description('run the service on an embedded database with a made-up team that goes on working')
    .option('--port <port>', 'listen on this port', parsePort, 10_284)
    .option('--seed <number>', 'another made-up past', parseWhole, DEMO_SEED)
    .option('--pace <seconds>', 'how often somebody does something', parseSeconds, 2)
    .option('--data-dir <folder>', 'keep the database here, and continue with one that is here already')
    .option('--database-listen <address>', 'let clients connect to the database at HOST:PORT', parseListen)
    .action(async ({ port, seed, pace, dataDir, databaseListen }: DemoFlags) => {
      const { demo } = await import('./demo.js');
      await demo({
        ...{ env, version, port, seed, paceMs: pace * 1000, signals, print },
        ...{ folder: dataDir, databaseListen },
      });
    });

  program
    .command('check')
    .description('try configuration, connection and collectors, and print what they yield')
    .action(async () => {
      const { loadInstallation } = await import('./installation.js');
      const { check } = await import('./check.js');
      if (!(await check(await loadInstallation(source()), { now: new Date(), print }))) status = FAILED;
    });

  program
    .command('collect')
    .description('run collectors once and print the metrics')
    .argument('[name...]', 'collectors; none: all')
    .option(
      '--at <time>',
      'as of this time of the past (ISO 8601), as a backfill has it; collectors without a past are left out',
      parsePast,
    )
    .addOption(new Option('--openmetrics', 'in OpenMetrics instead of the text format').conflicts('output'))
    .option(
      '--output <file>',
      "write to this file, whole or not at all, for node_exporter's textfile collector",
      parseTextfile,
    )
    .action(async (names: string[], { at, openmetrics, output }: CollectFlags) => {
      const { loadInstallation } = await import('./installation.js');
      const { allSucceeded, collect } = await import('./collect.js');
      const installation = await loadInstallation(source());
      const run = { names, now: new Date(), at, warn };
      if (output !== undefined) {
        const { collectToFile } = await import('./collect-to-file.js');
        const runs = await collectToFile(installation, { ...run, file: output });
        if (!allSucceeded(runs, installation, run)) status = FAILED;
        return;
      }
      const format = openmetrics ? 'openmetrics' : 'text';
      const write = (bytes: Uint8Array): void => void process.stdout.write(bytes);
      const runs = await collect(installation, { ...run, format, write });
      if (!allSucceeded(runs, installation, run)) status = FAILED;
    });

  addReportCommand(program, { source, warn });
  addPostReportsCommand(program, { source, warn });
  addBackfillCommand(program, { source, env, print, signals });
  addGrafanaCommand(program, { source, env, version, print });
  addAlertmanagerCommand(program, { source, env, print });

  try {
    await program.parseAsync([...argv]);
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    warn(error instanceof BugflowError ? error.message : unexpected(error));
    // What went wrong only follows from it.
    return signals.isStopping() ? statusOf(await signals.stop) : FAILED;
  }
}

interface ServeFlags {
  readonly port?: number;
  readonly orDemo?: string;
  readonly demoListen?: ListenAddress;
  readonly demoPace: number;
}

interface DemoFlags {
  readonly port: number;
  readonly seed: number;
  readonly pace: number;
  readonly dataDir?: string;
  readonly databaseListen?: ListenAddress;
}

interface CollectFlags {
  readonly at?: Date;
  readonly openmetrics?: boolean;
  readonly output?: string;
}

function unexpected(error: unknown): string {
  const place = error instanceof Error ? (error.stack?.split('\n')[1]?.trim() ?? '') : '';
  return `unexpected: ${messageOf(error)} ${place}`.trim();
}
