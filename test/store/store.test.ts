import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { openServiceState } from '../../src/main/service-state.js';
import { createStatusStore } from '../../src/main/status-store.js';
import { ONLY_KEY, openStore, type Store } from '../../src/store/store.js';
import { SEED } from '../support/effort.js';
import { errorOf } from '../unit/helpers.js';

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url));
const NOBODY = 65534;
const THREAD = z.object({ channel: z.string(), at: z.number() });

let folder: string;
const path = (): string => join(folder, 'state.db');
const stores: Store[] = [];

async function open(access: 'own' | 'read' = 'own', file = path()): Promise<Store> {
  const store = await openStore(file, access);
  stores.push(store);
  return store;
}
function closeAll(): void {
  for (const store of stores.splice(0)) store.close();
}
async function problemOf(file = path()): Promise<string> {
  const error = await errorOf(openStore(file, 'own'));
  return `${'code' in error ? error.code : ''} ${error.message.replace(`state_file: ${file} `, '')}`;
}

/** A process that writes to the store, and the lines that it prints. */
function startWriter(mode: string, shell?: string): { child: ChildProcess; lines: AsyncIterator<string> } {
  const command = [process.execPath, '--import', 'tsx', WRITER, path(), mode];
  const child =
    shell === undefined
      ? spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
      : spawn('sh', ['-c', `${shell}; exec "$@"`, 'sh', ...command], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}
async function nextLine(lines: AsyncIterator<string>): Promise<string | undefined> {
  const { value, done } = await lines.next();
  return done ? undefined : value;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bugflow-test-'));
});
afterEach(() => {
  closeAll();
  rmSync(folder, { recursive: true });
});

describe('collections', () => {
  test('keep what is put into them, apart from each other and over a restart', async () => {
    const first = await open();
    const threads = first.collection('posted threads', THREAD);
    expect(threads.get('a')).toBeUndefined();
    threads.put('b', { channel: 'x', at: 2 });
    threads.put('a', { channel: 'ä"\u0000', at: 1 });
    threads.put('a', { channel: 'ö', at: 3 });
    first.collection('undo', z.string()).put('a', 'other');
    closeAll();
    const again = (await open()).collection('posted threads', THREAD);
    expect(again.list()).toEqual([
      ['a', { channel: 'ö', at: 3 }],
      ['b', { channel: 'x', at: 2 }],
    ]);
    expect([again.delete('a'), again.delete('a'), again.get('a')]).toEqual([true, false, undefined]);
    expect((await open('read')).collection('undo', z.string()).get('a')).toBe('other');
  });

  test('take a transaction as a whole or not at all', async () => {
    const store = await open();
    const [one, two] = [store.collection('one', z.number()), store.collection('two', z.number())];
    expect(
      store.transaction(() => {
        one.put('a', 1);
        two.put('a', 2);
        return 'done';
      }),
    ).toBe('done');
    expect(() =>
      store.transaction(() => {
        one.put('a', 3);
        two.delete('a');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect([one.get('a'), two.get('a')]).toEqual([1, 2]);
  });

  test('check what they read', async () => {
    const store = await open();
    store.collection('threads', z.unknown()).put('a', { channel: 5 });
    const threads = store.collection('threads', THREAD);
    const problem = `state_file: ${path()} is damaged (at threads/a); move it away`;
    expect(() => threads.get('a')).toThrow(problem);
    expect(() => threads.list()).toThrow(problem);
  });

  test('are nobody else’s business, and leave one file behind', async () => {
    const store = await open();
    store.collection('one', z.number()).put('a', 1);
    closeAll();
    expect(readdirSync(folder).toSorted()).toEqual(['state.db', 'state.db.lock']);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });
});

describe('a store that is read only', () => {
  test('has nothing where there is no file, and makes none', async () => {
    const store = await open('read');
    const numbers = store.collection('one', z.number());
    expect([numbers.get('a'), numbers.list()]).toEqual([undefined, []]);
    expect(() => numbers.put('a', 1)).toThrow('it is only read here');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('sees what the owner has written, while he owns it', async () => {
    const numbers = (await open()).collection('one', z.number());
    const seen = (await open('read')).collection('one', z.number());
    numbers.put('a', 1);
    expect(seen.get('a')).toBe(1);
    numbers.put('a', 2);
    expect(seen.get('a')).toBe(2);
  });
});

describe('a file that cannot be used', () => {
  const FOREIGN = 'is not a state file of taiga-bugflow; name another one, or move it away';
  const VERSION = 'was written by another version of taiga-bugflow; move it away';

  test.each([
    ['no JSON', 'taiga_items 5', FOREIGN],
    ['something else', '{"a": 1}', FOREIGN],
    ['a list', '[]', FOREIGN],
    ['JSON of another version', '{"version": 99}', VERSION],
    ['half of a database', 'SQLite format 3\0'.padEnd(3000, '\u0001'), 'is damaged; move it away'],
  ])('%s is refused and left as it is', async (_what, content, problem) => {
    writeFileSync(path(), content);
    expect(await problemOf()).toBe(`STATE_FILE ${problem}`);
    expect(readFileSync(path(), 'utf8')).toBe(content);
  });

  test.each([
    ['another program’s database', 'PRAGMA application_id = 7; CREATE TABLE a (b)', FOREIGN],
    ['a database of nobody’s', 'CREATE TABLE entries (b)', FOREIGN],
    [
      'a later format',
      'PRAGMA application_id = 1651861350; PRAGMA user_version = 3; CREATE TABLE a (b)',
      VERSION,
    ],
  ])('%s is refused', async (_what, sql, problem) => {
    const database = new Libsql(path());
    database.exec(sql);
    database.close();
    expect(await problemOf()).toBe(`STATE_FILE ${problem}`);
  });

  test.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5000)],
    ['overwritten', (bytes: Buffer) => bytes.fill(0x5a, 8192, bytes.length - 4096)],
  ])('one that was %s is refused, and free for whoever fixes it', async (_what, damage) => {
    const store = await open();
    const texts = store.collection('texts', z.string());
    store.transaction(() => {
      for (let i = 0; i < 200; i++) texts.put(`${i}`, 'x'.repeat(300));
    });
    closeAll();
    writeFileSync(path(), damage(readFileSync(path())));
    expect(await problemOf()).toBe('STATE_FILE is damaged; move it away');
    rmSync(path());
    expect((await open()).collection('texts', z.string()).list()).toEqual([]);
  });

  test('one whose lock is something else: that is named, not the file', async () => {
    writeFileSync(`${path()}.lock`, 'not a lock '.repeat(100));
    const error = await errorOf(openStore(path(), 'own'));
    expect(error.message).toBe(`state_file: ${path()}.lock is damaged; move it away`);
  });

  test('one that is deleted while it is in use', async () => {
    const numbers = (await open()).collection('numbers', z.number());
    numbers.put('a', 1);
    rmSync(path());
    expect(() => numbers.put('a', 2)).toThrow(
      `state_file: ${path()} cannot be written: it was moved or deleted while it was in use; restart the service`,
    );
  });

  test('a folder, a missing one, and a device', async () => {
    expect(await problemOf(folder)).toBe('STATE_FILE cannot be read: it is a folder');
    expect(await problemOf(join(folder, 'missing', 'state.db'))).toBe(
      'STATE_FILE_UNWRITABLE cannot be written: its folder is missing',
    );
    expect((await errorOf(openStore('/dev/zero', 'read'))).message).toBe(
      'state_file: /dev/zero is not a file; name another one',
    );
  });

  test('one in a folder that may only be read', async () => {
    const shut = join(folder, 'shut');
    mkdirSync(shut, { mode: 0o500 });
    // Nothing is forbidden to root.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) {
      chownSync(shut, NOBODY, NOBODY);
      chmodSync(folder, 0o755);
      process.seteuid?.(NOBODY);
    }
    try {
      expect(await problemOf(join(shut, 'state.db'))).toBe(
        'STATE_FILE_UNWRITABLE cannot be written: permission denied',
      );
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

describe('other processes', () => {
  test('a second owner is refused, in this process and in another one, until the first is gone', async () => {
    const { child, lines } = startWriter('hold');
    expect(await nextLine(lines)).toBe('holds it');
    const inUse = 'STATE_FILE_IN_USE is in use by another process; each running instance needs its own';
    expect(await problemOf()).toBe(inUse);
    expect((await open('read')).collection('numbers', z.number()).list()).toEqual([]);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    await open();
    expect(await problemOf()).toBe(inUse);
  });

  test('a link leads to the file itself, which has one owner by either name', async () => {
    const target = join(folder, 'target.db');
    symlinkSync('target.db', path());
    const store = await open();
    store.collection('one', z.number()).put('a', 1);
    expect(await problemOf(target)).toContain('STATE_FILE_IN_USE');
    closeAll();
    expect(readdirSync(folder).toSorted()).toEqual(['state.db', 'target.db', 'target.db.lock']);
    expect((await open('own', target)).collection('one', z.number()).get('a')).toBe(1);
    expect(await problemOf()).toMatch(/^STATE_FILE_IN_USE .*target\.db is in use/);
  });

  test('killed in the middle of writing, it leaves nothing half done and loses nothing that it had said', async () => {
    for (const [round, after] of [1, 20, 50].map((n) => n + (SEED % 7)).entries()) {
      const { child, lines } = startWriter('small');
      const gone = new Promise((resolve) => child.once('exit', resolve));
      let said = 0;
      for (let i = 0; i < after; i++) said = Number(await nextLine(lines));
      // It goes on writing meanwhile.
      await new Promise((resolve) => setTimeout(resolve, round));
      child.kill('SIGKILL');
      await gone;
      for (let line = await nextLine(lines); line !== undefined; line = await nextLine(lines))
        said = Number(line);
      const numbers = (await open()).collection('numbers', z.object({ n: z.number() }));
      const [first, second] = [numbers.get('first')?.n, numbers.get('second')?.n];
      expect(first).toBe(second);
      expect(first).toBeGreaterThanOrEqual(said);
      expect(first).toBeLessThanOrEqual(said + 1);
      closeAll();
    }
  });

  test('a full disk is an error, and what was there stays', async () => {
    // No file may grow beyond 2 MiB (4 in some shells); the signal for it is ignored, so that writing fails as on a full disk.
    const { child, lines } = startWriter('large', "trap '' XFSZ; ulimit -f 4096");
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const printed: string[] = [];
    for (let line = await nextLine(lines); line !== undefined; line = await nextLine(lines))
      printed.push(line);
    await gone;
    const last = printed.at(-1) ?? '';
    expect(last).toMatch(/^STATE_FILE_UNWRITABLE after \d+: .* cannot be written: /);
    const done = Number(/after (\d+)/.exec(last)?.[1]);
    expect(done).toBeGreaterThan(1);
    const numbers = (await open()).collection('numbers', z.object({ n: z.number() }));
    expect(new Map(numbers.list().map(([key, { n }]) => [key, n]))).toEqual(
      new Map([
        ['first', done],
        ['second', done],
        ...Array.from({ length: done }, (_, i): [string, number] => [`more-${i + 1}`, i + 1]),
      ]),
    );
  });
});

describe('a file that an earlier version wrote in JSON', () => {
  const RECORD = {
    untilMicros: 5,
    statuses: [
      {
        kind: 'issue',
        projectId: 1,
        statusId: 2,
        name: 'New',
        formerNames: ['Old'],
        marks: [{ isClosed: true, sinceMicros: 3 }],
        isGone: false,
      },
    ],
  };
  const JSON_STATE = JSON.stringify({ version: 1, statuses: RECORD, later: ['x'] });

  test('is taken over once, and goes on as a database', async () => {
    writeFileSync(path(), JSON_STATE, { mode: 0o644 });
    const store = await open();
    expect(await createStatusStore(store).read()).toEqual(RECORD);
    expect(store.collection('later', z.array(z.string())).get(ONLY_KEY)).toEqual(['x']);
    await createStatusStore(store).write({ ...RECORD, untilMicros: 6 });
    closeAll();
    expect(readFileSync(path(), 'latin1')).toMatch(/^SQLite format 3/);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(await createStatusStore(await open()).read()).toEqual({ ...RECORD, untilMicros: 6 });
  });

  test('is taken over behind the link that leads to it', async () => {
    const target = join(folder, 'old.json');
    writeFileSync(target, JSON_STATE);
    symlinkSync(target, path());
    expect(await createStatusStore(await open()).read()).toEqual(RECORD);
    expect(lstatSync(path()).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'latin1')).toMatch(/^SQLite format 3/);
  });

  test('is only read by whoever does not own it', async () => {
    writeFileSync(path(), JSON_STATE);
    expect(await createStatusStore(await open('read')).read()).toEqual(RECORD);
    expect(readFileSync(path(), 'utf8')).toBe(JSON_STATE);
  });

  test('is taken over after a crash in the middle of it', async () => {
    writeFileSync(path(), JSON_STATE);
    writeFileSync(`${path()}.new`, 'SQLite format 3\0 and no more');
    expect(await createStatusStore(await open()).read()).toEqual(RECORD);
    expect(readdirSync(folder).toSorted()).toEqual(['state.db', 'state.db.lock']);
  });
});

describe('the service', () => {
  const RECORD = { untilMicros: 1, statuses: [] };

  test('keeps nothing without a file', async () => {
    expect((await openServiceState(undefined, 'own', () => undefined)).statuses).toBeUndefined();
  });

  test('does not begin with a record that is damaged', async () => {
    writeFileSync(path(), '{"version": 1, "statuses": {"untilMicros": "x"}}');
    const error = await errorOf(openServiceState(path(), 'own', () => undefined));
    expect(error.message).toBe(`state_file: ${path()} is damaged (at statuses/all); move it away`);
    // And has let go of it.
    await open();
  });

  test('goes on without a file that cannot be written, and says so once', async () => {
    const warnings: string[] = [];
    const state = await openServiceState(join(folder, 'missing', 'state.db'), 'own', (text) =>
      warnings.push(text),
    );
    await state.statuses?.write?.(RECORD);
    await state.statuses?.write?.(RECORD);
    expect(await state.statuses?.read()).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('cannot be written: its folder is missing')]);
  });
});
