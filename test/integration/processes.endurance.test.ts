import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '../backfill/servers.js';
import { program, ROOT } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { HANG_MS } from '../support/hang.js';

const canIsolate = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0;
const NEEDS_ROOT = '(skipped where unshare may not make a process 1)';
const STATUS = { SIGTERM: 143, SIGINT: 130 } as const;

interface Started {
  /** The process that is told to end. */
  readonly pid: number;
  /** All that belong to it, whatever became of their parents. */
  family(): readonly number[];
  /** The exit status as shells have it. */
  readonly ended: Promise<number>;
  said(): string;
  /** What it said when it has ended by itself. */
  hasEnded(): string | undefined;
}

let running: Started | undefined;
let database: Server | undefined;
afterEach(() => {
  for (const pid of running?.family() ?? []) process.kill(pid, 'SIGKILL');
  database?.close();
});

/** Everything after it stays as when the database has been asked and does not answer. */
async function silentDatabase(): Promise<{ readonly env: Record<string, string>; asked(): Promise<void> }> {
  let isAsked = false;
  const server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .once('data', () => {
        isAsked = true;
      });
  });
  database = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: { TAIGA_DATABASE_URL: `postgres://reader@127.0.0.1:${port}/taiga` },
    asked: () =>
      eventually(
        () => expect(isAsked).toBe(true),
        () => running?.hasEnded(),
      ),
  };
}

let marks = 0;
function start(command: readonly string[], env: Record<string, string>, isInside = false): Started {
  marks += 1;
  const mark = `BUGFLOW_MARK=${process.pid}-${marks}`;
  const [file = '', ...args] = command;
  const child: ChildProcess = spawn(file, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env, BUGFLOW_MARK: mark.slice(13) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const output of [child.stdout, child.stderr])
    output?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const family = (): readonly number[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && hasMark(name, mark))
      .map(Number);
  running = {
    // unshare stays outside, as the parent of process 1.
    get pid() {
      const pid = child.pid ?? 0;
      if (!isInside) return pid;
      return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
    },
    family,
    said: () => said,
    hasEnded: () => (child.exitCode === null ? undefined : `it has ended with ${child.exitCode}: ${said}`),
    ended: new Promise((resolve) =>
      child.once('exit', (status, signal) => resolve(status ?? STATUS[signal as keyof typeof STATUS] ?? -1)),
    ),
  };
  return running;
}

function hasMark(pid: string, mark: string): boolean {
  try {
    // What has ended and waits for its parent has no environment any more.
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
  } catch {
    return false;
  }
}

async function endsAfter(signal: keyof typeof STATUS, started: Started): Promise<number> {
  process.kill(started.pid, signal);
  const hangs = sleep(HANG_MS, undefined, { ref: false }).then(() =>
    Promise.reject(new Error(`goes on after ${signal}: ${started.said()}`)),
  );
  const status = await Promise.race([started.ended, hangs]);
  await eventually(() => expect(started.family()).toEqual([]));
  return status;
}

const ONCE: readonly (readonly string[])[] = [
  ['check'],
  ['collect'],
  ['report', 'flow_of_the_day'],
  ['backfill', '--dry-run'],
];

describe('a signal while the database does not answer', () => {
  const cases = [
    ...ONCE.map((args) => ({ args, signal: 'SIGTERM' as const })),
    { args: ['collect'], signal: 'SIGINT' as const },
  ];
  test.each(cases)('$args ends on $signal as by it', async ({ args, signal }) => {
    const { env, asked } = await silentDatabase();
    const started = start([process.execPath, ...(await program()), ...args], env);
    await asked();
    expect(await endsAfter(signal, started)).toBe(STATUS[signal]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('serve ends on %s well', async (signal) => {
    const { env, asked } = await silentDatabase();
    const started = start([process.execPath, ...(await program()), 'serve', '--port', '0'], env);
    await asked();
    expect(await endsAfter(signal, started)).toBe(0);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('npm run passes %s on', async (signal) => {
    const { env, asked } = await silentDatabase();
    const started = start(['npm', 'run', 'bugflow', '--', 'serve', '--port', '0'], env);
    await asked();
    expect(await endsAfter(signal, started)).toBe(0);
  });

  test('when the shell of somebody else’s npm script ends, so does what it has started', async () => {
    const { env, asked } = await silentDatabase();
    const script = [process.execPath, ...(await program()), 'collect'].join(' ');
    const started = start(['sh', '-c', `${script}; true`], {
      ...{ ...env, npm_lifecycle_event: 'start', npm_lifecycle_script: script },
    });
    await asked();
    expect(await endsAfter('SIGTERM', started)).toBe(STATUS.SIGTERM);
  });
});

describe.skipIf(!canIsolate)(`as process 1 ${NEEDS_ROOT}`, () => {
  const isolated = ['unshare', '--pid', '--fork', '--mount-proc'];

  test.each(ONCE)('%s ends on SIGTERM', async (...args) => {
    const { env, asked } = await silentDatabase();
    const command = [...isolated, process.execPath, ...(await program()), ...args];
    const started = start(command, env, true);
    await asked();
    expect(await endsAfter('SIGTERM', started)).toBe(STATUS.SIGTERM);
  });

  test('a second signal ends it even then', async () => {
    const { env, asked } = await silentDatabase();
    const command = [...isolated, process.execPath, ...(await program()), 'serve', '--port', '0'];
    const started = start(command, env, true);
    await asked();
    process.kill(started.pid, 'SIGTERM');
    expect([0, STATUS.SIGINT]).toContain(await endsAfter('SIGINT', started));
  });

  describe('started as in the image', () => {
    const startScript = readFileSync(join(ROOT, 'compose/start.sh'), 'utf8');
    const image = async (...args: readonly string[]): Promise<string[]> => {
      // As the image has it, with another place of the program.
      const [path = '', ...rest] = (await program()).toReversed();
      const own = startScript.replace('/app/dist/main.js', [...rest, path].join(' '));
      return [...isolated, 'sh', '-c', own, 'start.sh', ...args];
    };

    test.each([0, 1, 10, 100, 300])('SIGTERM after %i ms is not lost', async (ms) => {
      const { env } = await silentDatabase();
      const started = start(await image('serve', '--port', '0'), env, true);
      await eventually(() => expect(started.pid).toBeGreaterThan(0));
      // The shell has begun when its traps are set.
      await eventually(() => expect(caught(started.pid)).toBe(true));
      await sleep(ms);
      expect([0, STATUS.SIGTERM]).toContain(await endsAfter('SIGTERM', started));
    });

    test('SIGTERM is not lost while the shell makes its child', async () => {
      const program = 'node /app/dist/main.js "$@"';
      expect(startScript).toContain(program);
      for (let run = 0; run < 300; run += 1) {
        const started = start(['sh', '-c', startScript.replace(program, 'sleep 3600')], {});
        while (!caught(started.pid)) await new Promise((resolve) => setImmediate(resolve));
        for (const from = performance.now(), waitMs = 2 * Math.random(); performance.now() - from < waitMs; );
        expect(await endsAfter('SIGTERM', started)).toBe(STATUS.SIGTERM);
      }
    });

    test('the exit status is passed on', async () => {
      const { env } = await silentDatabase();
      expect(await start(await image('no-such-command'), env, true).ended).toBe(2);
      expect(await start(await image('--version'), env, true).ended).toBe(0);
    });
  });
});

/** Whether a process listens to SIGTERM. */
function caught(pid: number): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${mask}`) & (1n << 14n)) !== 0n;
}

describe('the demo', () => {
  test('ends while it makes up a team', async () => {
    const port = await freePort();
    const started = start([process.execPath, ...(await program()), 'demo', '--port', `${port}`], {});
    await eventually(() => expect(started.said()).toContain('Making up a team'));
    expect(await endsAfter('SIGTERM', started)).toBe(0);
  });
});
