import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSupervisor, watchdogIntervalMs } from '../../src/supervisor/supervisor.js';
import { createFolder, scrape, startServiceProcess } from '../support/bugflow.js';
import { freePort } from '../support/postgres.js';
import { fakeNotify, hasNotify, openNotifySocket } from './systemd.js';

/** What a supervisor logs. */
function logger(): { readonly log: pino.Logger; readonly logged: string[] } {
  const logged: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void logged.push(line) });
  return { log, logged };
}

/** The service as a process, with a database that is not there: systemd need not wait for that. */
async function startService(env: Readonly<Record<string, string>>) {
  const folder = createFolder();
  const file = folder.write('bugflow.yaml', '');
  const running = await startServiceProcess(['--config', file], {
    TAIGA_DATABASE_URL: `postgres://reader@127.0.0.1:${await freePort()}/taiga`,
    ...env,
  });
  onTestFinished(async () => {
    running.signal('SIGKILL');
    await running.ended;
    folder.remove();
  });
  return { ...running, configure: (text: string) => void folder.write('bugflow.yaml', text) };
}

describe.skipIf(!hasNotify)('the service tells systemd (skipped without systemd-notify and python3)', () => {
  const until = (condition: () => unknown) => expect.poll(condition);

  it('that it is ready, alive, loading its configuration again, and stopping', async () => {
    const socket = await openNotifySocket();
    const running = await startService({ NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '300000' });
    await until(() => socket.messages[0]).toEqual([
      'READY=1',
      `STATUS=metrics at ${running.address}/metrics`,
    ]);
    const signs = (): number => socket.messages.filter(([first]) => first === 'WATCHDOG=1').length;
    await until(signs).toBeGreaterThan(3);

    running.signal('SIGHUP');
    // Signs of life may follow.
    await until(() => socket.messages).toContainEqual(['READY=1', 'STATUS=configuration loaded']);
    running.configure('nonsense: true');
    running.signal('SIGHUP');
    await until(() => socket.turns()).toEqual([
      'READY=1',
      ...['RELOADING=1', 'READY=1'],
      ...['RELOADING=1', 'READY=1'],
    ]);
    const [, status] = socket.messages.findLast(([first]) => first === 'READY=1') ?? [];
    expect(status).toMatch(
      /^STATUS=the configuration was not loaded, the old one stays in force: .*bugflow\.yaml:1: unknown key/,
    );
    const before = signs();
    await until(signs).toBeGreaterThan(before);

    running.signal('SIGTERM');
    const { status: exit, stderr } = await running.ended;
    expect(exit).toBe(0);
    expect(stderr).not.toContain('systemd cannot be told');
    await until(() => socket.turns()).toEqual([
      'READY=1',
      ...['RELOADING=1', 'READY=1'],
      ...['RELOADING=1', 'READY=1'],
      'STOPPING=1',
    ]);
    const reloading = socket.messages.find(([first]) => first === 'RELOADING=1');
    expect(reloading?.[1]).toMatch(/^MONOTONIC_USEC=\d+$/);
  });

  it('whatever an error message holds', async () => {
    const socket = await openNotifySocket();
    const { log } = logger();
    const supervisor = createSupervisor({ env: { ...process.env, NOTIFY_SOCKET: socket.path }, log });
    supervisor.ready(`a\0b\nSTOPPING=1\r${'long '.repeat(10_000)}`);
    await until(() => socket.messages.length).toBe(1);
    const [, status = '', ...more] = socket.messages[0] ?? [];
    expect(more).toEqual([]);
    expect(status).toMatch(/^STATUS=a b STOPPING=1 long long/);
    expect(status.length).toBeLessThan(2000);
  });
});

describe('a systemd-notify that', () => {
  it.each([
    ['is missing', async () => '/nowhere', 'systemd-notify cannot be run'],
    ['fails', () => fakeNotify('exit 3'), 'systemd-notify ended with status 3'],
    ['hangs', () => fakeNotify('exec /bin/sleep 20'), 'did not finish within'],
  ])('%s neither delays nor fails the service, which says so once', async (_title, path, reason) => {
    const running = await startService({
      PATH: await path(),
      NOTIFY_SOCKET: '/nowhere/notify',
      WATCHDOG_USEC: '100000',
    });
    expect((await scrape(running.address)).value('bugflow_build_info')).toBe(1);
    running.signal('SIGHUP');
    await expect.poll(running.said).toContain('configuration loaded');
    expect((await scrape(running.address)).value('bugflow_config_last_reload_successful')).toBe(1);
    // After the limit of a single message, where that is what ends it.
    await expect.poll(running.said).toContain(reason);
    running.signal('SIGTERM');
    const { status, stderr } = await running.ended;
    expect(status).toBe(0);
    expect(stderr.split('systemd cannot be told').length - 1).toBe(1);
  });
});

describe('without systemd', () => {
  it('nobody is told', async () => {
    const { log, logged } = logger();
    const supervisor = createSupervisor({ env: { PATH: '/nowhere', WATCHDOG_USEC: '1000' }, log });
    supervisor.ready('ready');
    supervisor.reloading(Promise.reject(new Error('wrong')).catch(() => undefined));
    supervisor.stopping();
    await sleep(50);
    expect(logged).toEqual([]);
  });
});

it.each([
  ['half of the limit', { WATCHDOG_USEC: '60000000' }, 30_000],
  ['of this process', { WATCHDOG_USEC: '60000000', WATCHDOG_PID: '7' }, 30_000],
  ['not of another process', { WATCHDOG_USEC: '60000000', WATCHDOG_PID: '8' }, undefined],
  ['not without a limit', {}, undefined],
  ['not with none', { WATCHDOG_USEC: '0' }, undefined],
  ['not with nonsense', { WATCHDOG_USEC: '1e3' }, undefined],
])('the interval of the signs of life is %s', (_title, env, expected) => {
  expect(watchdogIntervalMs(env, 7)).toBe(expected);
});
