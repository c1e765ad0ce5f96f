import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BugflowError, messageOf } from '../../base/errors.js';
import { tryJson } from '../../base/try-json.js';
import { writeAtomically } from '../../base/write-atomically.js';

/** The file that describes the database in a demo's folder. */
const schema = z.object({
  version: z.literal(1),
  seed: z.number().int(),
  fromMicros: z.number().int(),
  toMicros: z.number().int(),
  /** The hash of everything that happened from `fromMicros` to `toMicros`. */
  fingerprint: z.string(),
});

export type KeptRecord = Omit<z.infer<typeof schema>, 'version'>;

const NAME = 'demo.json';

/** Undefined when there is no complete database: a first start writes the record last. @throws BugflowError */
export async function readRecord(folder: string): Promise<KeptRecord | undefined> {
  const path = join(folder, NAME);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new BugflowError('DEMO_FOLDER', `${path}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const record = schema.safeParse(tryJson(text));
  if (record.success) return record.data;
  throw new BugflowError(
    'DEMO_FOLDER',
    `${path}: was not written by this version of the demo; name another folder, or remove this one for a new year`,
  );
}

/** @throws BugflowError */
export async function writeRecord(folder: string, record: KeptRecord): Promise<void> {
  try {
    await writeAtomically(join(folder, NAME), `${JSON.stringify({ version: 1, ...record }, null, 2)}\n`);
  } catch (error) {
    throw new BugflowError('DEMO_FOLDER', `${folder}: cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
