import { spawn } from 'node:child_process';
import { BugflowError, isErrorCode } from '../base/errors.js';
import { blockHours } from './block-windows.js';
import { diskFull } from './output-error.js';

export interface PromtoolOptions {
  readonly blockMs: number;
  /** The folder for blocks and temporary data. */
  readonly blocksFolder: string;
  readonly temporaryFolder: string;
  readonly signal?: AbortSignal | undefined;
}

export const INSTALL_PROMTOOL =
  'it comes with Prometheus: apt-get install prometheus, or https://prometheus.io/download';

/** Fails early when promtool is not installed. */
export async function requirePromtool(): Promise<void> {
  await run(['--version'], {});
}

/** Makes one block from one file. */
export async function createBlock(file: string, options: PromtoolOptions): Promise<void> {
  const { blockMs, blocksFolder, temporaryFolder, signal } = options;
  await run(createBlockArguments(blockMs, file, blocksFolder), {
    signal,
    // promtool puts its head block into TMPDIR, which may be small. Less garbage collection makes it 10 % faster.
    env: { TMPDIR: temporaryFolder, GOGC: '400' },
    folder: blocksFolder,
  });
}

export function createBlockArguments(blockMs: number, file: string, blocksFolder: string): string[] {
  return [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    '--quiet',
    `--max-block-duration=${blockHours(blockMs)}`,
    file,
    blocksFolder,
  ];
}

interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

async function run(args: readonly string[], { signal, env, folder }: RunOptions): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn('promtool', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    signal,
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).catch((error: unknown) => {
    signal?.throwIfAborted();
    if (isErrorCode(error, 'ENOENT'))
      throw new BugflowError('BACKFILL_PROMTOOL', `there is no promtool in PATH; ${INSTALL_PROMTOOL}`);
    throw error;
  });
  if (status === 0) return;
  if (complaint.includes('no space left on device'))
    throw new BugflowError('BACKFILL_OUTPUT', diskFull(folder ?? '.'));
  throw new BugflowError(
    'BACKFILL_PROMTOOL',
    `promtool ended with status ${status}: ${complaint.trim().split('\n').slice(-3).join(' ')}`,
  );
}
