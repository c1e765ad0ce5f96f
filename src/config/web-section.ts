import { resolve } from 'node:path';
import { z } from 'zod';
import { defineSection, type SectionContext } from './section.js';

const webSchema = z.strictObject({
  config_file: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Web configuration file with TLS, users, tokens and headers, in the same format as Prometheus' own; [HTTP](http.md) explains it.",
    ),
  row_samples: z.boolean().default(true).describe('Whether `/collectors` shows rows of the last run.'),
  max_connections: z
    .number()
    .int()
    .positive()
    .max(65_535)
    .default(512)
    .describe('How many connections may be open at once; further ones are closed at once.'),
});

type RawWeb = z.output<typeof webSchema>;

export interface WebConfig {
  /** Path of the web configuration file; undefined: plain HTTP without a login. */
  readonly configFile: string | undefined;
  readonly rowSamples: boolean;
  readonly maxConnections: number;
}

export const webSection = defineSection({
  key: 'web',
  name: 'web',
  schema: webSchema.prefault({}).describe('Who may reach the HTTP server, and how.'),
  resolve: webConfig,
});

function webConfig(raw: RawWeb, { base }: SectionContext): WebConfig {
  return {
    configFile: raw.config_file && resolve(base, raw.config_file),
    rowSamples: raw.row_samples,
    maxConnections: raw.max_connections,
  };
}
