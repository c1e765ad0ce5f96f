import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BugflowError, messageOf } from '../base/errors.js';
import { writeAtomically } from '../base/write-atomically.js';
import { parametersText, sectionToCsv } from '../reports/formats/csv.js';
import { toHtml } from '../reports/formats/html.js';
import { toJson } from '../reports/formats/json.js';
import { toMarkdown } from '../reports/formats/markdown.js';
import type { ReportRequest } from '../reports/reports.js';
import type { ReportResult } from '../reports/result.js';
import type { Installation } from './installation.js';
import { openReports } from './open-reports.js';

export const REPORT_FORMATS = ['md', 'html', 'csv', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportOptions {
  readonly request: ReportRequest;
  readonly now: Date;
  readonly format: ReportFormat;
  /** The folder for the files; undefined: everything is printed. */
  readonly out: string | undefined;
  readonly write: (text: string) => void;
  readonly warn: (message: string) => void;
}

/** Reads a report once, and prints it or writes it into a folder. @throws BugflowError */
export async function report(
  installation: Installation,
  { request, now, format, out, write, warn }: ReportOptions,
): Promise<void> {
  // Before Taiga is asked for anything.
  installation.reports.get(request.report);
  const { reports, close } = await openReports(installation, now, warn);
  try {
    const files = filesOf(await reports.run(request, now), format);
    if (out === undefined) write(files.map(({ text }) => text).join('\n'));
    else await writeFiles(out, files);
  } finally {
    await close();
  }
}

interface ReportFile {
  readonly name: string;
  readonly text: string;
}

/** What a format consists of; CSV is a file for each section, and one with what was asked for. */
function filesOf(result: ReportResult, format: ReportFormat): ReportFile[] {
  const { name } = result.definition;
  switch (format) {
    case 'md':
      return [{ name: `${name}.md`, text: toMarkdown(result) }];
    case 'html':
      return [{ name: `${name}.html`, text: toHtml(result) }];
    case 'json':
      return [{ name: `${name}.json`, text: toJson(result) }];
    case 'csv':
      return [
        { name: 'report_parameters.txt', text: parametersText(result) },
        ...result.sections.map((section) => ({
          name: `${section.definition.name}.csv`,
          text: sectionToCsv(section, result.timeZone),
        })),
      ];
  }
}

async function writeFiles(folder: string, files: readonly ReportFile[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const { name, text } of files) await writeAtomically(join(folder, name), text);
  } catch (error) {
    throw new BugflowError('REPORT_OUTPUT', `cannot write to ${folder}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
