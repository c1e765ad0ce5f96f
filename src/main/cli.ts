import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { BackfillTarget } from '../backfill/backfill.js';
import type { ConfigSource } from '../config/config.js';
import type { Environment } from '../config/expand.js';
import { parseHostPort } from '../config/host-port.js';
import type { ListenAddress } from '../demo/postgres/embedded-postgres.js';
import { parseDuration } from '../documents/duration.js';
import { BugflowError, messageOf } from '../errors.js';
import { backfill } from './backfill.js';
import { check } from './check.js';
import { allSucceeded, collect } from './collect.js';
import { collectToFile } from './collect-to-file.js';
import { demo } from './demo.js';
import { addGrafanaCommand } from './grafana-command.js';
import { loadInstallation } from './installation.js';
import { DEMO_SEED, serve } from './serve.js';

export interface CliContext {
  readonly env: Environment;
  readonly version: string;
}

const FAILED = 1;
const USAGE = 2;

/** Runs the command line. Resolves to the exit status: 0 good, 1 failed, 2 usage. */
export async function runCli(argv: readonly string[], { env, version }: CliContext): Promise<number> {
  let status = 0;
  const program = new Command('taiga-bugflow')
    .description("Taiga's database as Prometheus metrics")
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .option('-c, --config <file>', 'configuration file (or the environment variable TAIGA_BUGFLOW_CONFIG)');

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
    .option('--or-demo <folder>', 'without a configured database: the demo, kept in this folder')
    .option('--demo-listen <address>', "let clients of the demo's database in at HOST:PORT", parseListen)
    .option('--demo-pace <seconds>', 'how often somebody in the demo does something', parseSeconds, 1800)
    .action(async ({ port, orDemo, demoListen, demoPace }: ServeFlags) =>
      serve({
        source: source(),
        version,
        port,
        demo:
          orDemo === undefined ? undefined : { folder: orDemo, listen: demoListen, paceMs: demoPace * 1000 },
      }),
    );

  program
    .command('demo')
    .description('run the service on an embedded database with a made-up team that goes on working')
    .option('--port <port>', 'listen on this port', parsePort, 10_284)
    .option('--seed <number>', 'another made-up past', parseWhole, DEMO_SEED)
    .option('--pace <seconds>', 'how often somebody does something', parseSeconds, 2)
    .option('--data-dir <folder>', 'keep the database here, and go on with the one that is here')
    .option('--database-listen <address>', 'let clients of the database in at HOST:PORT', parseListen)
    .action(async ({ port, seed, pace, dataDir, databaseListen }: DemoFlags) =>
      demo({
        ...{ env, version, port, seed, paceMs: pace * 1000, print },
        ...{ folder: dataDir, databaseListen },
      }),
    );

  program
    .command('check')
    .description('try out configuration, connection and collectors, and print what they yield')
    .action(async () => {
      if (!(await check(await loadInstallation(source()), { now: new Date(), print }))) status = FAILED;
    });

  program
    .command('collect')
    .description('run collectors once and print the metrics')
    .argument('[name...]', 'collectors; none: all')
    .option(
      '--at <time>',
      'what was so at this time of the past (ISO 8601), as a backfill has it; what cannot tell is left out',
      parsePast,
    )
    .addOption(new Option('--openmetrics', 'in OpenMetrics instead of the text format').conflicts('output'))
    .option(
      '--output <file>',
      "write to this file, whole or not at all, for node_exporter's textfile collector",
      parseTextfile,
    )
    .action(async (names: string[], { at, openmetrics, output }: CollectFlags) => {
      const installation = await loadInstallation(source());
      const now = new Date();
      const runs =
        output === undefined
          ? await collect(installation, {
              names,
              now,
              at,
              format: openmetrics ? 'openmetrics' : 'text',
              write: (bytes) => void process.stdout.write(bytes),
              warn,
            })
          : await collectToFile(installation, { names, now, at, file: output, warn });
      if (!allSucceeded(runs)) status = FAILED;
    });

  program
    .command('backfill')
    .description("write the team's past to where Prometheus finds it")
    .option(
      '--from <time>',
      'begin at this time (ISO 8601); with the first thing that happened by default',
      parseTime,
    )
    .option(
      '--to <time>',
      'end at this time; by default where the scrapes of --prometheus-url begin, else now',
      parseTime,
    )
    .option('--step <duration>', 'a sample of each series so often, like 5m or 1h', parseStep, 5 * 60_000)
    .option('--out <folder>', 'write OpenMetrics files for promtool, and print what to do with them')
    .option('--prometheus-data <folder>', "write blocks into Prometheus' own data folder")
    .option(
      '--prometheus-url <url>',
      'ask this Prometheus how long it keeps samples, and since when it has some',
    )
    .option('--if-absent', 'be content where an earlier backfill has written into --prometheus-data')
    .option('--promtool', 'let promtool make the blocks: slower')
    .option('--remote-write <url>', 'send to a remote-write receiver')
    .option('--state <file>', 'remember here how far the sending got, to go on from there')
    .option(
      '--include-recent',
      'also write the last three hours, which a running Prometheus may be writing itself',
    )
    .option('--dry-run', 'only say how much it would be')
    .action(async (options: BackfillFlags) => {
      const now = new Date();
      const target = backfillTarget(options);
      if (!target) {
        return program.error(
          'error: say where to: one of --out, --prometheus-data, --remote-write and --dry-run',
        );
      }
      await backfill(await loadInstallation(source()), {
        from: options.from,
        to: options.to,
        stepMs: options.step,
        target,
        includeRecent: options.includeRecent ?? false,
        now,
        print,
      });
    });

  addGrafanaCommand(program, { source, version, print });

  try {
    await program.parseAsync([...argv]);
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    warn(error instanceof BugflowError ? error.message : unexpected(error));
    return FAILED;
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

interface BackfillFlags {
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

function backfillTarget({
  out,
  prometheusData,
  prometheusUrl,
  promtool,
  ifAbsent,
  remoteWrite,
  state,
  dryRun,
}: BackfillFlags): BackfillTarget | undefined {
  const targets: BackfillTarget[] = [];
  if (out !== undefined) targets.push({ out });
  if (prometheusData !== undefined) targets.push({ prometheusData, prometheusUrl, promtool, ifAbsent });
  if (remoteWrite !== undefined) targets.push({ remoteWrite, stateFile: state });
  if (dryRun) targets.push({ dryRun: true });
  const [target, ...others] = targets;
  return others.length === 0 ? target : undefined;
}

function parseStep(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1000) throw new InvalidArgumentError('write it like 30s, 5m or 1h.');
  return ms;
}

function parseTextfile(text: string): string {
  if (!text.endsWith('.prom'))
    throw new InvalidArgumentError('its name must end in .prom: node_exporter reads no other file.');
  return text;
}

function unexpected(error: unknown): string {
  const place = error instanceof Error ? (error.stack?.split('\n')[1]?.trim() ?? '') : '';
  return `unexpected: ${messageOf(error)} ${place}`.trim();
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return port;
}

function parseListen(text: string): ListenAddress {
  const address = parseHostPort(text);
  if (address === undefined) throw new InvalidArgumentError('write it like 127.0.0.1:5432 or [::1]:5432.');
  return address;
}

function parseWhole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('a whole number is wanted.');
  return Number(text);
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError('a number of seconds above 0 is wanted.');
  return seconds;
}

function parseTime(text: string): Date {
  const time = new Date(text);
  // Without a zone JavaScript would read it as local time: two machines would disagree.
  if (Number.isNaN(time.getTime()) || !/^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:?\d{2}))?$/.test(text)) {
    throw new InvalidArgumentError('write it like 2026-03-01 or 2026-03-01T12:00:00Z.');
  }
  return time;
}

function parsePast(text: string): Date {
  const time = parseTime(text);
  if (time.getTime() > Date.now())
    throw new InvalidArgumentError('it lies in the future, of which nothing is known.');
  return time;
}
