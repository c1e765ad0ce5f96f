import { lchown, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BugflowError, isErrorCode } from '../base/errors.js';
import { tryJson } from '../base/try-json.js';
import { blocksAndTheirSources, names, ULID } from './block-folders.js';
import { outputError } from './output-error.js';
import type { Grid } from './steps.js';
import { writeJsonAtomically } from './write-json.js';

/** Neither name is a ULID, so Prometheus ignores both. */
const MARKER = 'taiga-bugflow-backfill.json';
const STAGING = 'taiga-bugflow-staging';

const markerSchema = z.object({
  backfills: z.array(
    z.object({
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      step_seconds: z.number(),
      /** `moving`: some of the blocks may still be in the staging folder. */
      state: z.enum(['moving', 'done']),
      blocks: z.array(z.string().regex(ULID)),
    }),
  ),
});
type Marker = z.infer<typeof markerSchema>;

/** Prometheus' data folder, as the target of backfills. */
export interface DataDir {
  readonly path: string;
  /** Finishes the move of a backfill that was killed in the middle of it. Resolves to the number of blocks. */
  recover(): Promise<number>;
  /** The results of earlier backfills whose blocks still exist. */
  present(): Promise<readonly PresentPast[]>;
  /** Refuses when the past of this range was already written. */
  requireAbsent(grid: Grid): Promise<void>;
  stage(): Promise<Staging>;
}

export interface PresentPast {
  /** ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** The blocks that contain it now. */
  readonly blocks: readonly string[];
}

export interface Staging {
  readonly blocksFolder: string;
  readonly filesFolder: string;
  readonly temporaryFolder: string;
  /** Moves the staged blocks into place, all or none. Resolves to their names. */
  publish(grid: Grid): Promise<string[]>;
  /** Removes the staging folder. */
  remove(): Promise<void>;
}

export async function openDataDir(path: string): Promise<DataDir> {
  const owner = await requireDataDir(path);
  const markerPath = join(path, MARKER);
  const stagingPath = join(path, STAGING);
  const blocksFolder = join(stagingPath, 'blocks');

  const readMarker = async (): Promise<Marker> => {
    let text: string;
    try {
      text = await readFile(markerPath, 'utf8');
    } catch (error) {
      if (isErrorCode(error, 'ENOENT')) return { backfills: [] };
      throw outputError(error, markerPath);
    }
    const marker = markerSchema.safeParse(tryJson(text));
    if (!marker.success)
      throw new BugflowError(
        'BACKFILL_OUTPUT',
        `${markerPath}: is damaged; remove it if no backfill is there`,
      );
    return marker.data;
  };
  const writeMarker = async (marker: Marker): Promise<void> => {
    await writeJsonAtomically(markerPath, marker);
    await own(markerPath, owner);
  };
  const present = async (): Promise<PresentPast[]> => {
    const { backfills } = await readMarker();
    const there = await blocksAndTheirSources(path);
    return backfills.flatMap(({ from, to, blocks }) => {
      const alive = there.filter(({ sources }) => blocks.some((block) => sources.has(block)));
      return alive.length === 0 ? [] : [{ from, to, blocks: alive.map(({ name }) => name) }];
    });
  };
  const move = async (blocks: readonly string[], marker: Marker, entry: Marker['backfills'][number]) => {
    const moved: string[] = [];
    try {
      for (const block of blocks) {
        await rename(join(blocksFolder, block), join(path, block));
        moved.push(block);
      }
    } catch (error) {
      for (const block of moved) await rename(join(path, block), join(blocksFolder, block));
      await writeMarker({ backfills: marker.backfills.filter((other) => other !== entry) });
      throw outputError(error, path);
    }
    await writeMarker({
      backfills: marker.backfills.map((other) => (other === entry ? { ...entry, state: 'done' } : other)),
    });
  };

  return {
    path,
    async recover() {
      const staged = (await names(blocksFolder)).filter((name) => ULID.test(name));
      let count = 0;
      for (;;) {
        const marker = await readMarker();
        const entry = marker.backfills.find(({ state }) => state === 'moving');
        if (!entry) return count;
        const left = entry.blocks.filter((block) => staged.includes(block));
        await move(left, marker, entry);
        count += left.length;
      }
    },
    present,
    async requireAbsent(grid) {
      for (const { from, to, blocks } of await present()) {
        if (Date.parse(from) > grid.toMs || Date.parse(to) < grid.fromMs) continue;
        throw new BugflowError(
          'BACKFILL_OUTPUT',
          `${path}: the past from ${from} to ${to} is there already: choose another range, or, to write it again, stop Prometheus and remove the ${blocks.length} block folders that ${MARKER} names (${blocks[0]} …)`,
        );
      }
    },
    async stage() {
      await claimStaging(stagingPath);
      const staging: Staging = {
        blocksFolder,
        filesFolder: join(stagingPath, 'files'),
        temporaryFolder: join(stagingPath, 'tmp'),
        async publish(grid) {
          const blocks = (await names(blocksFolder)).filter((name) => ULID.test(name)).sort();
          await own(blocksFolder, owner);
          const entry: Marker['backfills'][number] = {
            from: new Date(grid.fromMs).toISOString(),
            to: new Date(grid.toMs).toISOString(),
            step_seconds: grid.stepMs / 1000,
            state: 'moving',
            blocks,
          };
          const marker = { backfills: [...(await readMarker()).backfills, entry] };
          await writeMarker(marker);
          await move(blocks, marker, entry);
          return blocks;
        },
        remove: () => rm(stagingPath, { recursive: true, force: true }),
      };
      try {
        for (const folder of [staging.blocksFolder, staging.filesFolder, staging.temporaryFolder])
          await mkdir(folder);
      } catch (error) {
        await staging.remove();
        throw outputError(error, stagingPath);
      }
      return staging;
    },
  };
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

async function requireDataDir(path: string): Promise<Owner> {
  let entries: string[];
  let owner: Owner;
  try {
    entries = await readdir(path);
    owner = await stat(path);
  } catch (error) {
    throw outputError(error, path);
  }
  // The folder of a Prometheus that has not started yet is empty.
  if (
    entries.length > 0 &&
    !entries.some((name) => name === 'wal' || name === 'chunks_head' || ULID.test(name))
  ) {
    throw new BugflowError(
      'BACKFILL_OUTPUT',
      `${path}: does not look like Prometheus' data folder (no wal, no blocks): give its --storage.tsdb.path, after Prometheus ran once`,
    );
  }
  const uid = process.getuid?.();
  if (uid !== undefined && uid !== 0 && uid !== owner.uid) {
    throw new BugflowError(
      'BACKFILL_OUTPUT',
      `${path}: belongs to user ${owner.uid}, and so must the blocks: run the backfill as that user or as root`,
    );
  }
  return owner;
}

/** Creates the staging folder. One left by a dead backfill is replaced; a live one refuses a second backfill. */
async function claimStaging(path: string): Promise<void> {
  const pidFile = join(path, 'pid');
  try {
    const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
    if (pid > 0 && pid !== process.pid && isAlive(pid)) {
      throw new BugflowError(
        'BACKFILL_OUTPUT',
        `${path}: another backfill (process ${pid}) is running; wait for it, or remove the folder if that is another program`,
      );
    }
    await rm(path, { recursive: true, force: true });
    await mkdir(path);
    await writeJsonAtomically(pidFile, process.pid);
  } catch (error) {
    throw outputError(error, path);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isErrorCode(error, 'EPERM');
  }
}

async function own(path: string, owner: Owner): Promise<void> {
  await lchown(path, owner.uid, owner.gid);
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) await own(join(path, entry.name), owner);
}
