import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { isTemporaryOf, writeAtomically } from '../../src/base/write-atomically.js';
import { folderWith } from '../unit/helpers.js';

const WRITER = fileURLToPath(new URL('./writers.ts', import.meta.url));
const SIZE = 1 << 20;

function startWriter(path: string, letter: string): ChildProcess {
  const writer = spawn(process.execPath, ['--import', 'tsx', WRITER, path, letter], { stdio: 'inherit' });
  onTestFinished(() => void writer.kill('SIGKILL'));
  return writer;
}

/** Kills a process as a power cut would. */
async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** The letters of which the file consists; it must be whole. */
function lettersIn(path: string): string {
  const text = readFileSync(path, 'latin1');
  expect(text).toHaveLength(SIZE);
  return [...new Set(text)].join('');
}

async function untilThere(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { interval: 2 }).toBe(true);
}

test('the new content takes the place of the old one, with the mode wanted, whatever the umask', async () => {
  const folder = await folderWith({ 'a.prom': 'old' });
  const umask = process.umask(0o077);
  try {
    await writeAtomically(join(folder, 'a.prom'), 'new', 0o644);
  } finally {
    process.umask(umask);
  }
  expect(readFileSync(join(folder, 'a.prom'), 'utf8')).toBe('new');
  expect(statSync(join(folder, 'a.prom')).mode & 0o777).toBe(0o644);
  expect(readdirSync(folder)).toEqual(['a.prom']);
});

test('a failure leaves what was there, and nothing else', async () => {
  const folder = await folderWith({});
  mkdirSync(join(folder, 'a.prom'));
  await expect(writeAtomically(join(folder, 'a.prom'), 'new')).rejects.toThrow(/EISDIR|directory/);
  await expect(writeAtomically(join(folder, 'none/a.prom'), 'new')).rejects.toThrow('ENOENT');
  expect(readdirSync(folder)).toEqual(['a.prom']);
});

test('what a crash has left is removed; what may still be written is not, nor what only looks alike', async () => {
  const names = ['a.prom.0123456789ab.part', 'a.prom.ba9876543210.part', 'b.prom.0123456789ab.part'];
  const alike = ['a.prom.part', 'a.prom.notes.part', 'a.prom.0123456789ab.part.txt'];
  const folder = await folderWith(Object.fromEntries([...names, ...alike].map((name) => [name, ''])));
  const anHourAgo = new Date(Date.now() - 3_600_000);
  for (const name of [...names, ...alike].filter((each) => each !== names[1]))
    utimesSync(join(folder, name), anHourAgo, anHourAgo);
  await writeAtomically(join(folder, 'a.prom'), 'new');
  expect(readdirSync(folder).sort()).toEqual(['a.prom', ...names.slice(1), ...alike].sort());
});

test('a writer that is killed in the middle leaves the old file or the new one, and no other .prom', async () => {
  const folder = await folderWith({});
  const path = join(folder, 'a.prom');
  let killedInTheMiddle = 0;
  // As often as it takes to have met it in the middle.
  for (let round = 0; round < 8 || killedInTheMiddle === 0; round++) {
    writeFileSync(path, 'o'.repeat(SIZE));
    const earlier = new Set(readdirSync(folder));
    const writer = startWriter(path, 'n');
    await untilThere(() => readdirSync(folder).some((name) => !earlier.has(name)));
    // A little later in each round: at the first bytes, in the middle, after the rename.
    await sleep(round % 8);
    await kill(writer);
    expect('on').toContain(lettersIn(path));
    const left = readdirSync(folder).filter((name) => name !== 'a.prom');
    expect(left.filter((name) => !isTemporaryOf('a.prom', name))).toEqual([]);
    expect(left.filter((name) => name.endsWith('.prom'))).toEqual([]);
    if (left.length > earlier.size - 1) killedInTheMiddle++;
  }
});

test('two writers at once never tear the file', async () => {
  const folder = await folderWith({});
  const path = join(folder, 'a.prom');
  const writers = [startWriter(path, 'a'), startWriter(path, 'b')];
  const seen = new Set<string>();
  await untilThere(() => {
    if (readdirSync(folder).includes('a.prom')) seen.add(lettersIn(path));
    return seen.size === 2;
  });
  for (let i = 0; i < 200; i++) {
    seen.add(lettersIn(path));
    await sleep(1);
  }
  await Promise.all(writers.map(kill));
  expect([...seen].sort()).toEqual(['a', 'b']);
});
