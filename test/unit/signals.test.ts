import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchSignals } from '../../src/main/signals.js';

const SIGNALS = ['SIGHUP', 'SIGTERM', 'SIGINT'] as const;
let before: Record<string, NodeJS.SignalsListener[]>;

beforeEach(() => {
  before = Object.fromEntries(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
});
afterEach(() => {
  for (const signal of SIGNALS)
    for (const listener of process.listeners(signal))
      if (!before[signal]?.includes(listener)) process.off(signal, listener);
});

/** Tells only those that listen here: none of it ends this process. */
async function send(...signals: NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    process.emit(signal, signal);
    await Promise.resolve();
  }
}

test.each([
  { what: 'one for each', early: [], late: ['SIGHUP', 'SIGHUP'], told: 2 },
  { what: 'one for all that came before somebody listened', early: ['SIGHUP', 'SIGHUP'], late: [], told: 1 },
  { what: 'those before and after', early: ['SIGHUP'], late: ['SIGHUP'], told: 2 },
  { what: 'none once the process is to stop', early: [], late: ['SIGTERM', 'SIGHUP'], told: 0 },
] as const)('SIGHUP: $what', async ({ early, late, told }) => {
  const signals = watchSignals();
  let count = 0;
  await send(...early);
  signals.onHangUp(() => {
    count += 1;
  });
  await send(...late);
  expect(count).toBe(told);
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s is heard of, also afterwards', async (signal) => {
  const signals = watchSignals();
  expect(signals.isStopping()).toBe(false);
  await send(signal);
  expect(signals.isStopping()).toBe(true);
  expect(await signals.stop).toBe(signal);
});
