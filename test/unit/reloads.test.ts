import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { expect, test } from 'vitest';
import { loadInstallation } from '../../src/main/installation.js';
import type { Part } from '../../src/main/part.js';
import { createReloads, type Reloads } from '../../src/main/reloads.js';
import { deferred, folderWith } from './helpers.js';

/** Reloads of a service with one part, which follows the time zone. */
async function reloadsWith(part: Partial<Part>): Promise<{
  readonly reloads: Reloads;
  readonly logged: string[];
  readonly told: Promise<void>[];
  configure(timeZone: string): void;
}> {
  const file = join(await folderWith({ 'bugflow.yaml': 'time_zone: UTC' }), 'bugflow.yaml');
  const source = { file, env: { TAIGA_DATABASE_URL: 'postgres://localhost/taiga' } };
  const logged: string[] = [];
  const told: Promise<void>[] = [];
  const reloads = createReloads({
    source,
    installation: await loadInstallation(source),
    parts: [{ name: 'zone', settings: ({ config }) => config.timeZone, ...part }],
    web: { reload: async () => undefined },
    log: pino({ base: null }, { write: (line: string) => void logged.push(JSON.parse(line).msg) }),
    refresh: () => undefined,
    onReload: (outcome) => void told.push(outcome),
  });
  return { reloads, logged, told, configure: (zone) => writeFileSync(file, `time_zone: ${zone}`) };
}

test('what is asked for while one is under way is done once, and by what is there then', async () => {
  const [stopping, slow] = [deferred<void>(), deferred<void>()];
  const zones: string[] = [];
  const { reloads, told, configure } = await reloadsWith({
    stop() {
      stopping.resolve();
      return slow.promise;
    },
    reload: ({ config }) => void zones.push(config.timeZone),
  });
  const began = reloads.state().succeededAt;
  configure('Europe/Berlin');
  const first = reloads.reload();
  await stopping.promise;
  configure('Europe/Paris');
  const others = [reloads.reload(), reloads.reload()];
  configure('Europe/Rome');
  others.push(reloads.reload());
  slow.resolve();
  await Promise.all([first, ...others]);
  expect(zones).toEqual(['Europe/Berlin', 'Europe/Rome']);
  // Each is told of: whoever asked waits for an answer.
  expect(told).toHaveLength(4);
  expect(reloads.state()).toMatchObject({ successful: true });
  expect(reloads.state().succeededAt).toBeGreaterThanOrEqual(began);
});

test.each([
  ['a configuration that is wrong', {}, 'nowhere', /^the configuration was not loaded, the old one stays/],
  [
    'one that a part refuses',
    {
      async accept() {
        throw new Error('in use');
      },
    },
    'Europe/Rome',
    /^the configuration was not loaded, the old one stays in force: in use$/,
  ],
  [
    'one that a part does not start by',
    {
      start() {
        throw new Error('no start');
      },
    },
    'Europe/Rome',
    /^the configuration was loaded, but .*: no start$/,
  ],
] as const)(
  '%s is said in the log and in the state, and the next one is tried',
  async (_, part, zone, message) => {
    let isGood = false;
    const { reloads, logged, configure } = await reloadsWith({
      async accept() {
        if (!isGood && 'accept' in part) await part.accept();
      },
      start() {
        if (!isGood && 'start' in part) part.start();
      },
    });
    configure(zone);
    await expect(reloads.reload()).rejects.toThrow();
    expect(logged).toEqual([expect.stringMatching(message)]);
    expect(reloads.state().successful).toBe(false);
    isGood = true;
    configure('Europe/Paris');
    await reloads.reload();
    expect(reloads.state().successful).toBe(true);
  },
);
