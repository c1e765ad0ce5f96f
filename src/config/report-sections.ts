import { resolve } from 'node:path';
import { z } from 'zod';
import { defineSection } from './section.js';

/** Absolute patterns of the team's own report files. */
export const reportFilesSection = defineSection({
  key: 'report_files',
  name: 'reportFiles',
  schema: z
    .array(z.string().min(1, 'a pattern must not be empty'))
    .default([])
    .describe('Files of your own reports, relative to this file; `*` is a wildcard in the file name.'),
  resolve: (raw, { base }): readonly string[] => raw.map((path) => resolve(base, path)),
});
