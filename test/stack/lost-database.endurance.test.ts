import { readdir } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startDemoTaiga } from '../../src/demo/demo-taiga.js';
import { backfill } from '../../src/main/backfill.js';
import { loadInstallation } from '../../src/main/installation.js';
import { startGate } from '../support/gate.js';
import { errorOf, folderWith } from '../unit/helpers.js';

const DAY_MS = 86_400_000;

test('a database that is lost midway ends a backfill with a clear error, and nothing half-done is left', async () => {
  const now = new Date();
  const taiga = await startDemoTaiga({ seed: 1, now, months: 3, paceMs: null });
  onTestFinished(() => taiga.close());
  const gate = await startGate(Number(new URL(taiga.url).port));
  onTestFinished(() => gate.shut());
  const installation = await loadInstallation({
    file: undefined,
    env: { TAIGA_DATABASE_URL: gate.through(taiga.url) },
  });
  const data = await folderWith({});

  const toMs = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const attempt = backfill(installation, {
    from: new Date(toMs - 80 * DAY_MS),
    to: new Date(toMs),
    stepMs: 60_000,
    target: { prometheusData: data },
    includeRecent: false,
    now,
    print: () => undefined,
  });
  // Once it writes, it is in the middle.
  const interval = setInterval(() => {
    void readdir(data).then((names) => {
      if (names.length > 0) void gate.shut();
    });
  }, 5);
  onTestFinished(() => clearInterval(interval));

  const error = await errorOf(attempt);
  expect(error.code).toBe('DATABASE_UNREACHABLE');
  expect(error.message).toMatch(/^cannot reach the database at 127\.0\.0\.1:\d+: /);
  expect((await readdir(data)).filter((name) => /^[0-9A-Z]{26}$/.test(name))).toEqual([]);
});
