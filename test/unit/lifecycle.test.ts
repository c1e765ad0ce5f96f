import { expect, test } from 'vitest';
import type { Installation } from '../../src/main/installation.js';
import { reloadChanged, stopAll } from '../../src/main/lifecycle.js';
import type { Part } from '../../src/main/part.js';
import { idleInstallation } from '../support/server-options.js';

interface Change {
  readonly timeZone?: string;
  readonly taigaUrl?: string;
}

async function installation(change: Change = {}): Promise<Installation> {
  const idle = await idleInstallation();
  return { ...idle, config: { ...idle.config, ...change } };
}

/** Parts that write down what is done to them. */
function recorded(parts: Readonly<Record<string, Partial<Part>>>): { parts: Part[]; log: string[] } {
  const log: string[] = [];
  return {
    log,
    parts: Object.entries(parts).map(([name, part]) => ({
      name,
      start: () => void log.push(`start ${name}`),
      stop: async () => void log.push(`stop ${name}`),
      reload: ({ config }) => void log.push(`reload ${name} ${config.timeZone}`),
      ...part,
    })),
  };
}

const byTimeZone: Partial<Part> = { settings: ({ config }) => ({ zones: [config.timeZone] }) };
const byUrl: Partial<Part> = { settings: ({ config }) => config.taigaUrl };

test('only the parts whose settings changed are touched, all stopped before the first starts', async () => {
  const { parts, log } = recorded({ a: byTimeZone, b: byUrl, c: {}, d: byTimeZone });
  await reloadChanged(parts, await installation(), await installation({ timeZone: 'Europe/Berlin' }));
  expect(log).toEqual([
    ...['stop d', 'stop a'],
    ...['reload a Europe/Berlin', 'reload d Europe/Berlin'],
    ...['start a', 'start d'],
  ]);
});

test('settings are compared by value: the same file read again touches nothing', async () => {
  const { parts, log } = recorded({ a: byTimeZone, b: byUrl, c: { settings: ({ config }) => config } });
  await reloadChanged(parts, await installation(), await installation());
  expect(log).toEqual([]);
});

test('a part that is stuck starts anew, whatever changed', async () => {
  const { parts, log } = recorded({
    a: { ...byUrl, isStuck: () => true },
    b: { ...byUrl, isStuck: () => false },
  });
  await reloadChanged(parts, await installation(), await installation());
  expect(log).toEqual(['stop a', 'reload a UTC', 'start a']);
});

test('a part that does not end well keeps no other from ending, nor from starting again', async () => {
  const stop = (): Promise<void> => Promise.reject(new Error('stuck'));
  const { parts, log } = recorded({ a: byTimeZone, b: { ...byTimeZone, stop }, c: byTimeZone });
  await expect(stopAll(parts)).rejects.toThrow('stuck');
  expect(log.splice(0)).toEqual(['stop c', 'stop a']);

  const reload = reloadChanged(
    parts,
    await installation(),
    await installation({ timeZone: 'Europe/Berlin' }),
  );
  await expect(reload).rejects.toThrow('stuck');
  expect(log).toEqual([
    ...['stop c', 'stop a'],
    ...['a', 'b', 'c'].map((name) => `reload ${name} Europe/Berlin`),
    ...['start a', 'start b', 'start c'],
  ]);
});

test.each(['reload', 'start'] as const)('nor does one whose %s fails', async (method) => {
  const failing: Partial<Part> = {
    [method]() {
      throw new Error('broken');
    },
  };
  const { parts, log } = recorded({ a: byTimeZone, b: { ...byTimeZone, ...failing }, c: byTimeZone });
  const reload = reloadChanged(
    parts,
    await installation(),
    await installation({ timeZone: 'Europe/Berlin' }),
  );
  await expect(reload).rejects.toThrow('broken');
  expect(log.filter((line) => !line.includes(' b'))).toEqual([
    ...['stop c', 'stop a'],
    ...['reload a Europe/Berlin', 'reload c Europe/Berlin'],
    ...['start a', 'start c'],
  ]);
});
