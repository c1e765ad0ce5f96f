import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isErrorCode } from '../base/errors.js';
import { tryJson } from '../base/try-json.js';
import { outputError } from './output-error.js';

/** Matches the name of a block's folder. */
export const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

const metaSchema = z.object({ compaction: z.object({ sources: z.array(z.string()).optional() }) });

/** All blocks, each with the blocks from which Prometheus compacted it. */
export async function blocksAndTheirSources(path: string): Promise<{ name: string; sources: Set<string> }[]> {
  const blocks: { name: string; sources: Set<string> }[] = [];
  for (const name of (await names(path)).filter((entry) => ULID.test(entry))) {
    const text = await readFile(join(path, name, 'meta.json'), 'utf8').catch(() => '');
    const meta = metaSchema.safeParse(tryJson(text));
    blocks.push({ name, sources: new Set([name, ...((meta.data?.compaction.sources ?? []) as string[])]) });
  }
  return blocks;
}

/** The names in a folder; empty when there is no folder. */
export async function names(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return [];
    throw outputError(error, path);
  }
}
