/** The forms in which people take a report elsewhere, as the command and the pages call them. */
export const REPORT_FORMATS = ['md', 'html', 'csv', 'json', 'pdf', 'png'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];
