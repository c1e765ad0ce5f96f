import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { BugflowError, isErrorCode } from '../base/errors.js';
import { makeFolder } from '../base/make-folder.js';
import { isTemporaryOf } from '../base/write-atomically.js';
import { FILE_NAME, type WindowFile } from './openmetrics-files.js';
import { outputError } from './output-error.js';
import type { Grid } from './steps.js';
import { writeJsonAtomically } from './write-json.js';

const MANIFEST = 'manifest.json';
const TOOL = 'taiga-bugflow backfill';

const manifestSchema = z.object({
  tool: z.literal(TOOL),
  from: z.string(),
  to: z.string(),
  step_seconds: z.number(),
  block_hours: z.number(),
  done: z.boolean(),
});

/** A folder of OpenMetrics files with its manifest. */
export interface FilesFolder {
  readonly path: string;
  readonly files: readonly WindowFile[];
  add(file: WindowFile): Promise<void>;
  complete(series: number): Promise<void>;
}

export interface FilesFolderOptions {
  readonly grid: Grid;
  readonly blockMs: number;
}

/**
 * Claims a folder: a new or empty one, or one with a backfill of the same range, which starts again (Taiga's past may have
 * been corrected since, and an incomplete backfill looks like a complete one). Anything else is refused.
 */
export async function claimFilesFolder(path: string, options: FilesFolderOptions): Promise<FilesFolder> {
  const { grid, blockMs } = options;
  const description = {
    tool: TOOL,
    from: new Date(grid.fromMs).toISOString(),
    to: new Date(grid.toMs).toISOString(),
    step_seconds: grid.stepMs / 1000,
    block_hours: blockMs / 3_600_000,
  };
  const files: WindowFile[] = [];
  const write = (series: number | null, done: boolean): Promise<void> =>
    writeJsonAtomically(join(path, MANIFEST), {
      ...description,
      done,
      series,
      samples: files.reduce((sum, { samples }) => sum + samples, 0),
      files: files.map((file) => ({
        name: basename(file.path),
        from: new Date(file.fromMs).toISOString(),
        to: new Date(file.toMs).toISOString(),
        samples: file.samples,
        bytes: file.bytes,
      })),
    });

  try {
    await makeFolder(path);
    await clear(path, description);
  } catch (error) {
    throw outputError(error, path);
  }
  await write(null, false);
  return {
    path,
    files,
    async add(file) {
      files.push(file);
      await write(null, false);
    },
    complete: (series) => write(series, true),
  };
}

async function clear(
  path: string,
  wanted: Readonly<Record<'from' | 'to' | 'step_seconds' | 'block_hours', unknown>>,
): Promise<void> {
  const names = await readdir(path);
  if (names.length === 0) return;
  const manifest = await readManifest(path);
  if (!manifest) throw refused(path, 'is not empty, and does not contain a backfill: choose another folder');
  const foreign = names.find(
    (name) => name !== MANIFEST && !isTemporaryOf(MANIFEST, name) && !FILE_NAME.test(name),
  );
  if (foreign !== undefined)
    throw refused(
      path,
      `holds a backfill, and "${foreign}", which does not belong to it: choose another folder`,
    );
  for (const key of ['from', 'to', 'step_seconds', 'block_hours'] as const) {
    if (manifest[key] !== wanted[key]) {
      throw refused(
        path,
        `holds a backfill from ${manifest.from} to ${manifest.to} every ${manifest.step_seconds}s: choose another folder, or remove this one`,
      );
    }
  }
  for (const name of names) if (name !== MANIFEST) await rm(join(path, name), { force: true });
}

async function readManifest(path: string): Promise<z.infer<typeof manifestSchema> | undefined> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(path, MANIFEST), 'utf8')));
  } catch (error) {
    if (isErrorCode(error, 'EACCES')) throw error;
    return undefined;
  }
}

function refused(path: string, message: string): BugflowError {
  return new BugflowError('BACKFILL_OUTPUT', `${path} ${message}`);
}
