import { basename, resolve } from 'node:path';
import { claimFilesFolder } from './files-folder.js';
import { createOpenMetricsFiles, type WindowFile } from './openmetrics-files.js';
import { createBlockArguments } from './promtool.js';
import type { Grid, StepSink } from './steps.js';
import type { Series } from './timeline.js';

export interface FilesOptions {
  readonly folder: string;
  readonly grid: Grid;
  readonly blockMs: number;
  readonly nowMs: number;
  readonly series: readonly Series[];
  readonly print: (line: string) => void;
}

/** Writes the past as OpenMetrics files, and prints what to do with them. */
export async function backfillFiles(
  options: FilesOptions,
  walk: (sink: StepSink) => Promise<void>,
): Promise<readonly WindowFile[]> {
  const { grid, blockMs, series, print } = options;
  const folder = await claimFilesFolder(resolve(options.folder), { grid, blockMs });
  const files = createOpenMetricsFiles({
    folder: folder.path,
    series,
    blockMs,
    onFile: (file) => folder.add(file),
  });
  try {
    await walk(files);
    await files.finish();
  } catch (error) {
    await files.discard();
    throw error;
  }
  await folder.complete(series.length);
  if (folder.files.length > 0) for (const line of nextCommands(folder.path, options)) print(line);
  return folder.files;
}

/** The shell commands that make blocks of the files and put them in place. */
function nextCommands(folder: string, { grid, blockMs, nowMs }: FilesOptions): string[] {
  const blocks = `${folder}-blocks`;
  const days = Math.ceil((nowMs - grid.fromMs) / 86_400_000) + 1;
  const promtool = createBlockArguments(blockMs, 'FILE', shellQuote(blocks))
    .map((argument) => (argument === 'FILE' ? '"$file"' : argument))
    .join(' ');
  return [
    `# 1. Let Prometheus keep data older than 15 days, or it deletes it at once: --storage.tsdb.retention.time=${days}d`,
    '# 2. Make one block of each file:',
    `mkdir -p ${shellQuote(blocks)}`,
    `for file in ${shellQuote(folder)}/*.om; do promtool ${promtool} || break; done`,
    `# 3. Move the blocks into Prometheus' data folder (its --storage.tsdb.path), as its user; it sees them within a minute:`,
    'DATA=/prometheus   # Debian: /var/lib/prometheus/metrics2',
    `chown -R --reference="$DATA" ${shellQuote(blocks)} && mv ${shellQuote(blocks)}/* "$DATA"/`,
    `# 4. Remove the files: rm -r ${shellQuote(folder)} (${basename(blocks)} is empty now)`,
  ];
}

function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
