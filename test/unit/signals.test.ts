import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Signals, watchSignals } from '../../src/main/signals.js';

const SIGNALS = ['SIGHUP', 'SIGTERM', 'SIGINT'] as const;
/** Among them is the one that ends the process by its signal. */
const EVENTS = [...SIGNALS, 'exit'] as const;
type Listener = (...args: unknown[]) => void;
const listenersOf = (event: string): Listener[] => process.listeners(event as 'SIGHUP') as Listener[];
let before: Record<string, Listener[]>;

beforeEach(() => {
  before = Object.fromEntries(EVENTS.map((event) => [event, listenersOf(event)]));
});
afterEach(() => {
  for (const event of EVENTS)
    for (const listener of listenersOf(event))
      if (!before[event]?.includes(listener)) process.off(event, listener);
});

/** Tells only those that listen here: none of it ends this process. */
async function send(...signals: NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    process.emit(signal, signal);
    await Promise.resolve();
  }
}

/** With what the process would have ended, and at what time it is by the watched clock. */
function watch(): { readonly signals: Signals; readonly ends: readonly number[]; wait(ms: number): void } {
  const ends: number[] = [];
  let tick = 0;
  const signals = watchSignals({ end: (status) => void ends.push(status), now: () => tick });
  return {
    signals,
    ends,
    wait: (ms) => {
      tick += ms;
    },
  };
}

test.each([
  { what: 'one for each', early: [], late: ['SIGHUP', 'SIGHUP'], told: 2 },
  { what: 'one for all that came before somebody listened', early: ['SIGHUP', 'SIGHUP'], late: [], told: 1 },
  { what: 'those before and after', early: ['SIGHUP'], late: ['SIGHUP'], told: 2 },
  { what: 'none once the process is to stop', early: [], late: ['SIGTERM', 'SIGHUP'], told: 0 },
] as const)('SIGHUP: $what', async ({ early, late, told }) => {
  const { signals } = watch();
  let count = 0;
  await send(...early);
  signals.onHangUp(() => {
    count += 1;
  });
  await send(...late);
  expect(count).toBe(told);
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s is heard of, also afterwards', async (signal) => {
  const { signals, ends } = watch();
  expect(signals.isStopping()).toBe(false);
  await send(signal);
  expect(signals.isStopping()).toBe(true);
  expect(await signals.stop).toBe(signal);
  expect(ends).toEqual([]);
});

describe('a second one', () => {
  test('soon after is the same, as with Ctrl-C under npm; later it ends the process at once', async () => {
    const { ends, wait } = watch();
    await send('SIGINT', 'SIGINT', 'SIGTERM');
    expect(ends).toEqual([]);
    wait(1000);
    await send('SIGTERM');
    expect(ends).toEqual([143]);
  });
});

describe('a command that does not end by itself', () => {
  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('%s ends it with %i, before and after it has begun', async (signal, status) => {
    const later = watch();
    later.signals.endAtOnce();
    expect(later.ends).toEqual([]);
    await send(signal);
    expect(later.ends).toEqual([status]);
    const earlier = watch();
    await send(signal);
    expect(earlier.ends).toEqual([]);
    earlier.signals.endAtOnce();
    expect(earlier.ends).toEqual([status]);
  });
});
