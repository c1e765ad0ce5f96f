import { BugflowError } from '../../base/errors.js';
import type { ReportResult, SectionResult } from '../result.js';

/** A section by its name. @throws BugflowError that names those that there are */
export function sectionOf({ definition, sections }: ReportResult, name: string): SectionResult {
  const found = sections.find((section) => section.definition.name === name);
  if (found) return found;
  const known = sections.map((section) => section.definition.name).join(', ');
  throw new BugflowError(
    'REPORT_USAGE',
    `the report ${definition.name} has no section "${name}"; it has ${known}`,
  );
}
