import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { startService } from '../../src/main/service.js';
import { createFolder, scrape } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { exampleTaiga } from '../support/fixture.js';
import { startGate } from '../support/gate.js';
import type { Metrics } from '../support/measure.js';
import { startPGlite } from '../support/postgres.js';

test('the service has every collector up again after a long absence of the database', async () => {
  const server = await startPGlite();
  onTestFinished(() => server.close());
  await exampleTaiga().load(server);
  const gate = await startGate(Number(new URL(server.url).port));
  onTestFinished(() => gate.close());
  const folder = createFolder();
  onTestFinished(() => folder.remove());
  const logged: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void logged.push(line) });
  const failures = (): string[] => logged.filter((line) => line.includes('collector failed: '));

  await gate.shut();
  const { address, close } = await startService({
    source: {
      file: folder.write('bugflow.yaml', ''),
      env: { TAIGA_DATABASE_URL: gate.through(server.url) },
    },
    log,
    version: '1.2.3',
    port: 0,
  });
  onTestFinished(() => close());
  const scrapeWith = (check: (found: Metrics) => void): Promise<Metrics> =>
    eventually(async () => {
      const found = await scrape(address);
      check(found);
      return found;
    });

  // Five failures each, with longer and longer waits in between.
  const away = await scrapeWith((found) => {
    const up = Object.values(found.table('bugflow_collector_up', ['collector']));
    expect(up.length).toBeGreaterThan(15);
    expect(new Set(up)).toEqual(new Set([0]));
    expect(found.sum('bugflow_collector_circuit_open')).toBe(up.length);
  });
  const collectors = Object.keys(away.table('bugflow_collector_up', ['collector'])).length;
  const page = await (await fetch(`${address}/collectors`)).text();
  expect(page.match(/circuit open: next try/g)).toHaveLength(collectors);
  const told = failures().length;
  expect(told).toBe(collectors * 5);

  await gate.open();
  await scrapeWith((found) => {
    expect(found.sum('bugflow_collector_circuit_open')).toBe(0);
    expect(found.sum('bugflow_collector_up')).toBe(collectors);
    expect(found.value('bugflow_database_up')).toBe(1);
  });
  expect(failures()).toHaveLength(told);
  for (const words of ['it is only tried now and then', 'collector works again'])
    expect(logged.filter((line) => line.includes(words))).toHaveLength(collectors);
});
