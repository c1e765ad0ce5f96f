import { join } from 'node:path';
import { BugflowError, messageOf } from '../base/errors.js';
import { makeFolder } from '../base/make-folder.js';
import { writeAtomically } from '../base/write-atomically.js';
import { checkSection, FORMATS, filesOf, type ReportFile } from '../reports/formats/formats.js';
import type { ReportFormat } from '../reports/formats/names.js';
import { assertSection } from '../reports/formats/sections.js';
import type { ReportRequest } from '../reports/reports.js';
import type { Installation } from './installation.js';
import { openReports } from './open-reports.js';

export interface ReportOptions {
  readonly request: ReportRequest;
  readonly now: Date;
  readonly format: ReportFormat;
  /** Only this section; undefined: all. */
  readonly section: string | undefined;
  /** The folder for the files; undefined: everything is printed. */
  readonly out: string | undefined;
  readonly write: (content: string | Buffer) => void;
  /** Whether what is written goes to a terminal, which pictures would confuse. */
  readonly isTerminal: boolean;
  readonly warn: (message: string) => void;
}

/** Reads a report once, and prints it or writes it into a folder. @throws BugflowError */
export async function report(
  installation: Installation,
  { request, now, format, section, out, write, isTerminal, warn }: ReportOptions,
): Promise<void> {
  // Before Taiga is asked for anything.
  const definition = installation.reports.get(request.report);
  checkSection(format, section);
  if (section !== undefined) assertSection(definition, section);
  if (out === undefined && isTerminal && FORMATS[format].isBinary)
    throw new BugflowError(
      'REPORT_USAGE',
      `a terminal cannot show ${format}; write it into a folder with --out, or into a file with >`,
    );
  const { reports, close } = await openReports(installation, now, warn);
  try {
    const serviceUrl = installation.config.externalUrls.exporter;
    const files = await filesOf(await reports.run(request, now), format, { section, serviceUrl });
    if (out === undefined) write(joined(files));
    else await writeFiles(out, files);
  } finally {
    await close();
  }
}

function joined(files: readonly ReportFile[]): string | Buffer {
  const [only] = files;
  return only && files.length === 1 ? only.content : files.map(({ content }) => content).join('\n');
}

async function writeFiles(folder: string, files: readonly ReportFile[]): Promise<void> {
  try {
    await makeFolder(folder);
    for (const { name, content } of files) await writeAtomically(join(folder, name), content);
  } catch (error) {
    throw new BugflowError('REPORT_OUTPUT', `cannot write to ${folder}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
