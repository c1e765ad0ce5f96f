import { BugflowError, messageOf } from '../base/errors.js';
import { writeAtomically } from '../base/write-atomically.js';
import type { MetricFamily } from '../collectors/families.js';
import { withZeros } from '../collectors/new-series.js';
import { renderFamilies } from '../exposition/format.js';
import { settingsFamilies, settingsOf } from '../observability/settings-families.js';
import { type CollectOptions, collect } from './collect.js';
import { readFileBefore } from './file-before.js';
import type { Installation } from './installation.js';
import { type LastRun, runFamilies } from './parts/collector-families.js';
import { refusedFamilies, refusedFiles } from './refused-files.js';

export interface CollectToFileOptions extends Pick<CollectOptions, 'names' | 'now' | 'at' | 'warn'> {
  readonly file: string;
}

/** node_exporter runs as another user. */
const MODE = 0o644;

/**
 * Runs collectors once and writes their metrics, and the state of each collector, to a file for node_exporter's textfile
 * collector. When the database cannot be used at all, the old file stays: its age shows that.
 * @throws BugflowError
 */
export async function collectToFile(
  installation: Installation,
  { file, ...options }: CollectToFileOptions,
): Promise<readonly LastRun[]> {
  const chunks: Buffer[] = [];
  const write = (bytes: Buffer): void => void chunks.push(bytes);
  // increase() counts only from the first value that it sees, so series that are new since the last run get 0 this time.
  const before = installation.config.newSeriesZeroForMs === 0 ? undefined : await readFileBefore(file);
  const showCounters =
    before &&
    ((families: readonly MetricFamily[]) =>
      families.map((family) => withZeros(family, (key) => before.lacks(family.metric, key))));
  const runs = await collect(installation, { ...options, format: 'text', write, showCounters });
  const settings = settingsFamilies(settingsOf(installation.config), options.now.getTime());
  const own = [...runFamilies(runs), ...refusedFamilies(refusedFiles(installation)), ...settings];
  chunks.push(await renderFamilies(own, 'text'));
  try {
    await writeAtomically(file, Buffer.concat(chunks), MODE);
  } catch (error) {
    throw new BugflowError('COLLECT_OUTPUT', `cannot write ${file}: ${reasonOf(error)}`, { cause: error });
  }
  return runs;
}

function reasonOf(error: unknown): string {
  const user = process.getuid?.() ?? '?';
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such folder; create it',
    ENOTDIR: 'a part of its path is a file, not a folder',
    EISDIR: 'it is a folder; name a file in it',
    EACCES: `user ${user} may not write in its folder; check owner and permissions`,
    EPERM: `user ${user} may not write in its folder; check owner and permissions`,
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full; the old file was left as it was',
    EDQUOT: 'the disk quota is used up; the old file was left as it was',
  };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? messageOf(error);
}
