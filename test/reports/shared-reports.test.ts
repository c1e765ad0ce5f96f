import { describe, expect, test } from 'vitest';
import type { ReportRequest } from '../../src/reports/reports.js';
import type { ReportResult } from '../../src/reports/result.js';
import { createSharedReports, type SharedReports } from '../../src/reports/shared-reports.js';

const request = (project: string): ReportRequest => ({ report: 'week', projects: [project], period: {} });

/** Reports whose readings end when the test says so. */
function start(): {
  readonly shared: SharedReports;
  /** The projects that were read, in order; each is answered by the next call of `answer`. */
  readonly read: string[];
  readonly answer: (error?: Error) => Promise<void>;
  pass(ms: number): void;
} {
  const read: string[] = [];
  const waiting: ((error?: Error) => void)[] = [];
  let now = 0;
  const shared = createSharedReports({
    reports: {
      run: ({ projects: [project = ''] }) =>
        new Promise((resolve, reject) => {
          read.push(project);
          waiting.push((error) =>
            error ? reject(error) : resolve({ projects: [project] } as unknown as ReportResult),
          );
        }),
      projects: () => Promise.reject(new Error('nobody asked')),
    },
    now: () => now,
  });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    shared,
    read,
    async answer(error) {
      await settle();
      waiting.shift()?.(error);
      await settle();
    },
    pass(ms) {
      now += ms;
    },
  };
}

describe('reports that many ask for', () => {
  test('are read once for all who ask for the same within a minute', async () => {
    const { shared, read, answer, pass } = start();
    const both = [shared.run(request('shop')), shared.run(request('shop'))];
    await answer();
    expect(await Promise.all(both)).toMatchObject([{ projects: ['shop'] }, { projects: ['shop'] }]);
    pass(59_000);
    await shared.run(request('shop'));
    expect(read).toEqual(['shop']);
    pass(1000);
    const later = shared.run(request('shop'));
    await answer();
    await later;
    expect(read).toEqual(['shop', 'shop']);
  });

  test('are others for another item of the same project', async () => {
    const { shared, read, answer } = start();
    const of = (item: string): ReportRequest => ({ ...request('shop'), report: 'item', item });
    const asked = [shared.run(of('1')), shared.run(of('2')), shared.run(of('1'))];
    await answer();
    await answer();
    await Promise.all(asked);
    expect(read).toEqual(['shop', 'shop']);
  });

  test('are a list of projects that nobody has to wait for again, too', async () => {
    let readings = 0;
    let now = 0;
    const shared = createSharedReports({
      reports: {
        run: () => Promise.reject(new Error('nobody asked')),
        projects: async () => [`read ${++readings}`],
      },
      now: () => now,
    });
    expect(await Promise.all([shared.projects(), shared.projects()])).toEqual([['read 1'], ['read 1']]);
    now += 60_000;
    expect(await shared.projects()).toEqual(['read 1']);
    expect(await shared.projects()).toEqual(['read 2']);
    now += 16 * 60_000;
    expect(await shared.projects()).toEqual(['read 3']);
  });

  test('are read again after a failure, which holds up nobody else', async () => {
    const { shared, read, answer } = start();
    const failing = shared.run(request('shop'));
    const other = shared.run(request('lanes'));
    const failure = expect(failing).rejects.toThrow('no database');
    await answer(new Error('no database'));
    await failure;
    await answer();
    await other;
    const again = shared.run(request('shop'));
    await answer();
    expect(await again).toMatchObject({ projects: ['shop'] });
    expect(read).toEqual(['shop', 'lanes', 'shop']);
  });

  test('are there at once where somebody asked a while ago, and are read again for the next one', async () => {
    let now = 0;
    let failure: Error | undefined;
    const shared = createSharedReports({
      reports: {
        run: async (_request, at) => {
          if (failure) throw failure;
          return { readAtMs: at.getTime() } as ReportResult;
        },
        projects: () => Promise.reject(new Error('nobody asked')),
      },
      now: () => now,
    });
    const latest = async (): Promise<[number, boolean]> => {
      const { result, isRenewed } = await shared.latest(request('shop'));
      return [result.readAtMs / 60_000, isRenewed];
    };
    const minutes: readonly [number, number, boolean][] = [
      [0, 0, false],
      [0.9, 0, false],
      [10, 0, true],
      [10.1, 10, false],
      [25.2, 25.2, false],
    ];
    for (const [at, readAt, isRenewed] of minutes) {
      now = at * 60_000;
      expect(await latest()).toEqual([readAt, isRenewed]);
    }
    // Who waits for the new one gets just that, and leaves it to the others.
    now = 29 * 60_000;
    expect((await shared.run(request('shop'))).readAtMs / 60_000).toBe(29);
    expect(await latest()).toEqual([29, false]);
    failure = new Error('no database');
    now = 34 * 60_000;
    expect(await latest()).toEqual([29, true]);
    await expect(shared.run(request('shop'))).rejects.toThrow('no database');
    now = 50 * 60_000;
    await expect(shared.latest(request('shop'))).rejects.toThrow('no database');
  });

  test('are forgotten when many others were asked for', async () => {
    const { shared, read, answer } = start();
    const projects = Array.from({ length: 51 }, (_, i) => `p${i}`);
    for (const project of [...projects, 'p0']) {
      const asked = shared.run(request(project));
      await answer();
      await asked;
    }
    expect(read.filter((project) => project === 'p0')).toHaveLength(2);
  });
});
