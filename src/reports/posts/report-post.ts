import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { BugflowError } from '../../base/errors.js';
import type { PostConfig } from '../../config/report-posts-section.js';
import type { Secret } from '../../config/secret.js';
import { cronProblem } from '../../scheduling/cron-expression.js';
import type { ReportDefinition } from '../definition.js';
import type { ReportLibrary } from '../library.js';
import { isPeriodName, isSprintPeriod, PERIOD_NAMES } from '../period.js';
import type { ReportRequest } from '../reports.js';
import { isNumeric } from '../units.js';

/** A report that is posted on a schedule, checked against the report's definition. */
export interface ReportPost extends PostConfig {
  /** The same over restarts, as long as the post is meant to be the same: report, projects, schedule and channel. */
  readonly name: string;
  readonly request: ReportRequest;
}

/** @throws BugflowError that names the line of the configuration */
export function reportPosts(configs: readonly PostConfig[], library: ReportLibrary): ReportPost[] {
  const names = new Set<string>();
  return configs.flatMap((config, i) => {
    const refuse = (message: string): BugflowError =>
      new BugflowError('CONFIG_INVALID', `reports[${i}]: ${message}`, { place: config.place });
    const definition = library.reports.find(({ name }) => name === config.report);
    if (!definition) {
      // Its file was named when it was left out.
      if (library.mayBeRefused(config.report)) return [];
      const known = library.reports.map(({ name }) => name).join(', ');
      throw refuse(`there is no report "${config.report}"; known are ${known}`);
    }
    if (definition.about === 'item')
      throw refuse(`the report ${definition.name} is about one item, and cannot be posted on a schedule`);
    const problem = cronProblem(config.schedule);
    if (problem !== undefined) throw refuse(problem);
    if (config.period !== undefined && !isPeriodName(config.period))
      throw refuse(
        `there is no period "${config.period}"; known are ${[...PERIOD_NAMES, 'last N days'].join(', ')}`,
      );
    if (definition.projects === 'one' && config.projects.length !== 1)
      throw refuse(`the report ${definition.name} is about one project; name it: projects: [SLUG]`);
    if (isSprintPeriod({ name: config.period }) && config.projects.length !== 1)
      throw refuse('the period "last sprint" is that of one project; name it: projects: [SLUG]');
    const fault = faultOfCondition(config, definition);
    if (fault !== undefined) throw refuse(fault);
    const name = nameOf(config);
    if (names.has(name)) throw refuse(`the same post is there twice (${name}); remove one`);
    names.add(name);
    const period = { name: config.period, from: undefined, to: undefined };
    return { ...config, name, request: { report: config.report, projects: config.projects, period } };
  });
}

function faultOfCondition(
  { onlyWhen }: PostConfig,
  { name, sections }: ReportDefinition,
): string | undefined {
  if (onlyWhen === undefined) return undefined;
  const section = sections.find((candidate) => candidate.name === onlyWhen.section);
  if (!section)
    return `only_when.section: the report ${name} has no section "${onlyWhen.section}", only ${sections.map((each) => each.name).join(', ')}`;
  const { number } = onlyWhen;
  if (number === undefined) return undefined;
  const numeric = section.columns.filter(({ unit }) => isNumeric(unit)).map((column) => column.name);
  if (numeric.includes(number.column)) return undefined;
  return `only_when.column: the section ${section.name} has no column "${number.column}" that is a number, only ${numeric.join(', ') || 'other ones'}`;
}

/** A webhook's channel is not known, and its address is a secret. */
function nameOf({ report, projects, schedule, target }: PostConfig): string {
  const channel = target.kind === 'bot' ? target.channel : `webhook ${webhookName(target.url)}`;
  return `${report} of ${projects.join(', ') || 'all projects'} into ${channel} at ${schedule}`;
}

function webhookName(url: Secret): string {
  return 'file' in url ? basename(url.file) : createHash('sha256').update(url.text).digest('hex').slice(0, 8);
}
