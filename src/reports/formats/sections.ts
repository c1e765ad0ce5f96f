import { BugflowError } from '../../base/errors.js';
import type { ReportDefinition } from '../definition.js';
import type { ReportResult, SectionResult } from '../result.js';

/** A section by its name. @throws BugflowError that names those that there are */
export function sectionOf({ definition, sections }: ReportResult, name: string): SectionResult {
  const found = sections.find((section) => section.definition.name === name);
  if (found) return found;
  throw noSection(
    definition,
    name,
    sections.map((section) => section.definition.name),
  );
}

/** The same before anything is read. @throws BugflowError */
export function assertSection(definition: ReportDefinition, name: string): void {
  const known = definition.sections.map((section) => section.name);
  if (!known.includes(name)) throw noSection(definition, name, known);
}

function noSection({ name: report }: ReportDefinition, name: string, known: readonly string[]): BugflowError {
  return new BugflowError(
    'REPORT_USAGE',
    `the report ${report} has no section "${name}"; it has ${known.join(', ')}`,
  );
}
