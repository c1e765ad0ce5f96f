import { z } from 'zod';
import { SECTIONS } from './sections.js';

type Schemas = { [S in (typeof SECTIONS)[number] as S['key']]: S['schema'] };

/** The schema of the whole file. */
export const configSchema = z.strictObject(
  Object.fromEntries(SECTIONS.map(({ key, schema }) => [key, schema])) as Schemas,
);

export type RawConfig = z.output<typeof configSchema>;
