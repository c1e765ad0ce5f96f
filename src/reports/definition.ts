import { z } from 'zod';
import { type Document, type DocumentPath, readDocument } from '../base/document.js';
import { timeout } from '../base/duration.js';
import type { Place } from '../base/errors.js';
import type { SqlSource } from '../taiga/sql/query-text.js';
import { badRequirement, REQUIREMENT } from '../taiga/sql/relations.js';
import { type ChartDefinition, chart, chartProblems } from './charts/definition.js';
import { isPeriodName, isSprintPeriod, PERIOD_NAMES } from './period.js';
import { UNITS, type Unit } from './units.js';

/** How a section is shown. */
export const SHAPES = ['numbers', 'table', 'items', 'chart'] as const;
export type Shape = (typeof SHAPES)[number];

export interface ColumnDefinition {
  /** As the SQL calls it. */
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  /** Which way is good; undefined: neither. */
  readonly better: 'more' | 'less' | undefined;
  /** A report, or one of its sections (`week#blocked`), with more about the value: of the row's project, where it has one. */
  readonly leadsTo?: string | undefined;
}

export interface SectionDefinition {
  /** Unique within the report; its CSV file is called so. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly shape: Shape;
  /** How a chart is drawn; undefined: it is none. */
  readonly chart: ChartDefinition | undefined;
  readonly columns: readonly ColumnDefinition[];
  /** Numbers only: whether they are compared with those of the period before. */
  readonly compare: boolean;
  /** Said instead of an empty table. */
  readonly empty: string;
  readonly requires: readonly string[];
  readonly relations: readonly string[];
  readonly sql: SqlSource;
  /** The most rows to show. */
  readonly limit: number;
  /** Whether it only lists what is behind a number: pages and files have it, messages do not. */
  readonly isDetail?: boolean;
  readonly place: Place;
}

/** A report: what it is asked for, and what it shows. */
export interface ReportDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly file: string;
  /** Whether it ships with the service, and is not one of the team's own. */
  readonly shipped: boolean;
  /** About the work in projects during a period, or about one item and its whole life. */
  readonly about: 'projects' | 'item';
  /** About how many projects at once. */
  readonly projects: 'one' | 'several';
  /** The period where none is asked for; an item's is its life. */
  readonly period: string;
  /** Of which items it reads the history: of all, or without those that were closed and rested before the period began. */
  readonly history: 'all' | 'period';
  readonly timeoutMs: number;
  readonly sections: readonly SectionDefinition[];
}

const NAME = /^[a-z][a-z0-9_]*$/;

const name = (what: string) =>
  z.string().regex(NAME, `a ${what}'s name has small letters, digits and _, like flow_of_the_day`);

const column = z.strictObject({
  title: z.string().min(1),
  unit: z.enum(UNITS).default('text'),
  better: z.enum(['more', 'less']).optional(),
  leads_to: z
    .string()
    .regex(/^[a-z][a-z0-9_]*(#[a-z][a-z0-9_]*)?$/, 'name a report, or its section: week or week#blocked')
    .optional(),
});

const section = z
  .strictObject({
    section: name('section'),
    title: z.string().min(1),
    description: z.string().default(''),
    show: z.enum(SHAPES),
    chart: chart.optional(),
    columns: z.record(z.string(), column),
    compare: z.boolean().default(false),
    empty: z.string().min(1).default('Nothing.'),
    detail: z.boolean().default(false),
    requires: z
      .array(
        z.string().refine((text) => REQUIREMENT.test(text), {
          error: (issue) => badRequirement(String(issue.input)),
        }),
      )
      .default([]),
    relations: z.array(z.string()).default([]),
    limit: z.number().int().positive().max(10_000).default(1000),
    sql: z.string().min(1),
  })
  .superRefine((value, context) => {
    const issue = (path: string[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    if (Object.keys(value.columns).length === 0) issue(['columns'], 'name at least one column of the SQL');
    if (value.compare && value.show !== 'numbers')
      issue(['compare'], 'only numbers can be compared with the period before');
    if (value.show === 'items')
      for (const wanted of ITEM_COLUMNS)
        if (!(wanted in value.columns))
          issue(['columns'], `items need the column ${wanted}, to find them in Taiga`);
    if (value.show === 'chart' && value.chart === undefined)
      issue(['show'], 'add `chart`, which says what is drawn');
    if (value.chart === undefined) return;
    if (value.show !== 'chart') issue(['chart'], 'this needs `show: chart`');
    for (const { path, message } of chartProblems(value.chart, value.columns)) issue(path, message);
  });

/** What leads to an item in Taiga. */
export const ITEM_COLUMNS = ['project', 'kind', 'ref', 'subject'] as const;

const report = z
  .strictObject({
    report: name('report'),
    title: z.string().min(1),
    description: z.string().min(1),
    about: z.enum(['projects', 'item']).default('projects'),
    projects: z.enum(['one', 'several']).optional(),
    period: z
      .string()
      .refine(isPeriodName, {
        error: (issue) =>
          `there is no period "${String(issue.input)}"; known are ${[...PERIOD_NAMES, 'last N days'].join(', ')}`,
      })
      .optional(),
    history: z.enum(['all', 'period']).optional(),
    timeout: timeout.prefault('30s'),
    sections: z.array(section).min(1, 'a report needs at least one section'),
  })
  .superRefine(({ about, projects, period, history, sections }, context) => {
    const issue = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    if (projects !== 'one' && period !== undefined && isSprintPeriod({ name: period }))
      issue(
        ['period'],
        'the last sprint is that of one project; add `projects: one`, or choose another period',
      );
    const names = new Set<string>();
    for (const [i, { section: each, compare }] of sections.entries()) {
      if (names.has(each))
        issue(['sections', i, 'section'], `there are two sections called ${each}; rename one`);
      names.add(each);
      if (about === 'item' && compare)
        issue(['sections', i, 'compare'], 'before its life an item has nothing to compare with');
    }
    if (about === 'projects') return;
    if (projects !== undefined) issue(['projects'], 'a report about an item is about its project');
    if (period !== undefined) issue(['period'], "a report about an item is about the item's whole life");
    if (history !== undefined) issue(['history'], 'a report about an item reads the history of that item');
  });

/** Reads a report's file. @throws BugflowError that names file, line and fix */
export async function readReport(file: string, shipped: boolean): Promise<ReportDefinition> {
  const document = await readDocument(file, report, {
    unreadable: 'REPORT_UNREADABLE',
    invalid: 'REPORT_INVALID',
    noPipes: true,
  });
  const { report: reportName, title, description, about, timeout: timeoutMs } = document.value;
  const {
    projects = about === 'item' ? 'one' : 'several',
    period = 'last week',
    history = 'all',
  } = document.value;
  return {
    name: reportName,
    title,
    description,
    file,
    shipped,
    about,
    projects,
    period,
    history,
    timeoutMs,
    sections: document.value.sections.map((each, i) => ({
      name: each.section,
      title: each.title,
      description: each.description,
      shape: each.show,
      chart: each.chart,
      columns: Object.entries(each.columns).map(([columnName, { better, leads_to: leadsTo, ...rest }]) => ({
        name: columnName,
        ...rest,
        better,
        leadsTo,
      })),
      compare: each.compare,
      empty: each.empty,
      requires: each.requires,
      relations: each.relations,
      limit: each.limit,
      isDetail: each.detail,
      sql: sqlSource(document, ['sections', i, 'sql'], each.sql),
      place: document.place(['sections', i]),
    })),
  };
}

function sqlSource(document: Document<unknown>, path: DocumentPath, text: string): SqlSource {
  const { file, line = 1 } = document.textPlace(path);
  return { text, file, line };
}
