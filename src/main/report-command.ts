import { type Command, Option } from 'commander';
import type { ConfigSource } from '../config/config.js';
import { REPORT_FORMATS, type ReportFormat } from '../reports/formats/names.js';

/** Reports, as files or on standard output. */
export function addReportCommand(
  program: Command,
  context: { source(): ConfigSource; warn(message: string): void },
): void {
  program
    .command('report')
    .description('print a report, or write it into files')
    .argument('<name>', 'the report, such as flow_of_the_day')
    .option('--project <slug...>', 'only about these projects; default: all')
    .option('--item <number>', 'the number of the item that the report is about')
    .addOption(
      new Option('--period <name>', 'such as "last week" or "last 30 days"; default: the report\'s own'),
    )
    .addOption(
      new Option('--from <time>', 'the first day (2026-06-01), or a moment (ISO 8601)').conflicts('period'),
    )
    .addOption(new Option('--to <time>', 'the last day, or a moment; default: now').conflicts('period'))
    .addOption(new Option('--format <format>', 'the form').choices([...REPORT_FORMATS]).default('md'))
    .option('--section <name>', 'only this section, as csv or png')
    .option('--out <folder>', 'write files into this folder instead of printing')
    .action(
      async (name: string, { project = [], item, period, from, to, format, section, out }: ReportFlags) => {
        const { loadInstallation } = await import('./installation.js');
        const { report } = await import('./report.js');
        await report(await loadInstallation(context.source()), {
          request: { report: name, projects: project, item, period: { name: period, from, to } },
          now: new Date(),
          format,
          section,
          out,
          write: (content) => void process.stdout.write(content),
          isTerminal: process.stdout.isTTY === true,
          warn: context.warn,
        });
      },
    );
}

/** Posts the reports of the configuration at once. */
export function addPostReportsCommand(
  program: Command,
  context: { source(): ConfigSource; warn(message: string): void },
): void {
  program
    .command('post-reports')
    .description('post the reports of the configuration now, whatever their schedules say')
    .argument('[name...]', 'only these reports; default: all that the configuration posts')
    .option('--dry-run', 'print what would be sent, and send nothing', false)
    .action(async (names: string[], { dryRun }: { readonly dryRun: boolean }) => {
      const { loadInstallation } = await import('./installation.js');
      const { postReports } = await import('./post-reports.js');
      await postReports(await loadInstallation(context.source()), {
        reports: names,
        isDryRun: dryRun,
        now: new Date(),
        write: (text) => void process.stdout.write(text),
        warn: context.warn,
      });
    });
}

interface ReportFlags {
  readonly project?: string[];
  readonly item?: string;
  readonly period?: string;
  readonly from?: string;
  readonly to?: string;
  readonly format: ReportFormat;
  readonly section?: string;
  readonly out?: string;
}
