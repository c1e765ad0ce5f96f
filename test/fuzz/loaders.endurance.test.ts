import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { isEndurance, SEED } from '../support/effort.js';
import { HANG_MS } from '../support/hang.js';
import { folderWith } from '../unit/helpers.js';
import type { Verdict } from './worker.js';

/*
 * Good files, changed at random: each must load, or be refused with an error that a person can act on. `FUZZ_FILES`
 * raises the number, `FUZZ_SEED` repeats a run, `FUZZ_FIRST` begins with a certain file of it.
 */
const FILES = Number(process.env.FUZZ_FILES ?? (isEndurance ? 5000 : 2000));
const FUZZ_SEED = Number(process.env.FUZZ_SEED ?? SEED);
const FIRST = Number(process.env.FUZZ_FIRST ?? 0);

/** Of the processor, where the slowest files take a second: more means that the time grows faster than the file. */
const CPU_LIMIT_MS = 20_000;
const HEAP_LIMIT_MB = 256;
const MAX_FINDINGS = 10;

test('each of many damaged files loads, or is refused with a clear error', async () => {
  console.info(`fuzzing the loaders: FUZZ_SEED=${FUZZ_SEED} FUZZ_FIRST=${FIRST} FUZZ_FILES=${FILES}`);
  const findings: string[] = [];
  const accepted: Record<string, number> = {};
  const refused: Record<string, number> = {};
  let slowestMs = 0;
  let worker: Worker | undefined;
  for (let index = FIRST; index < FIRST + FILES && findings.length < MAX_FINDINGS; index++) {
    worker ??= await startWorker();
    const verdict = await worker.examine(index);
    if (typeof verdict === 'string') {
      findings.push(`file ${index}: ${verdict}`);
      worker = undefined;
      continue;
    }
    const { kind, cpuMs, bytes, finding, base64 } = verdict;
    slowestMs = Math.max(slowestMs, Math.round(cpuMs));
    const count = verdict.accepted ? accepted : refused;
    count[kind] = (count[kind] ?? 0) + 1;
    if (finding !== undefined)
      findings.push(`file ${index} (${kind}): ${finding}\n${base64?.slice(0, 4000)}`);
    else if (cpuMs > CPU_LIMIT_MS)
      findings.push(`file ${index} (${kind}): ${Math.round(cpuMs)} ms for ${bytes} bytes`);
  }
  await worker?.stop();
  console.info('accepted', accepted, 'refused', refused, 'slowest', slowestMs, 'ms');
  expect(findings.join('\n\n'), `FUZZ_SEED=${FUZZ_SEED}`).toBe('');
  if (FILES >= 1000) {
    // Or nothing was tried.
    for (const kind of ['config', 'collector']) {
      expect(accepted[kind]).toBeGreaterThan(FILES / 100);
      expect(refused[kind]).toBeGreaterThan(FILES / 100);
    }
  }
});

interface Worker {
  /** What became of the file, or why there is no worker any more. */
  examine(index: number): Promise<Verdict | string>;
  stop(): Promise<void>;
}

async function startWorker(): Promise<Worker> {
  const child = fork(
    fileURLToPath(new URL('./worker.ts', import.meta.url)),
    [await folderWith({}), String(FUZZ_SEED)],
    { execArgv: ['--import', 'tsx', `--max-old-space-size=${HEAP_LIMIT_MB}`] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  await answerOf(child);
  return {
    async examine(index) {
      child.send(index);
      const answer = await answerOf(child);
      if (typeof answer === 'string') child.kill('SIGKILL');
      return answer as Verdict | string;
    },
    async stop() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await exited;
    },
  };
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    const end = (answer: unknown): void => {
      clearTimeout(limit);
      child.off('message', end).off('exit', onExit);
      resolve(answer);
    };
    const onExit = (status: number | null, signal: string | null): void =>
      end(`the process ended (${status ?? signal})`);
    const limit = setTimeout(() => end('it hangs'), HANG_MS);
    child.on('message', end).on('exit', onExit);
  });
}
