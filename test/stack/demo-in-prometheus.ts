import pino from 'pino';
import { expect, onTestFinished } from 'vitest';
import { startDemoTaiga } from '../../src/demo/demo-taiga.js';
import { backfill } from '../../src/main/backfill.js';
import { loadInstallation } from '../../src/main/installation.js';
import { startService } from '../../src/main/service.js';
import { freePort, type MetricsServer, startPrometheus } from '../backfill/servers.js';
import { folderWith } from '../unit/helpers.js';

const DAY_MS = 86_400_000;

export interface DemoInPrometheus {
  /** Of the demo's database. */
  readonly url: string;
  readonly prometheus: MetricsServer;
}

/**
 * A Prometheus with the demo's year, a sample each `stepMs`, which scrapes the service on the demo each
 * `scrapeInterval` (as Prometheus writes it). All of it ends with the test.
 */
export async function startDemoInPrometheus(
  stepMs: number,
  scrapeInterval: string,
): Promise<DemoInPrometheus> {
  const taiga = await startDemoTaiga({ seed: 1, now: new Date(), paceMs: null });
  onTestFinished(() => taiga.close());
  const port = await freePort();
  const folder = await folderWith({
    'bugflow.yaml': `database: { url: "${taiga.url}" }\nlisten: 127.0.0.1:${port}\nlog_level: silent\n`,
  });
  const source = { file: `${folder}/bugflow.yaml`, env: {} };
  const now = new Date();
  const data = await folderWith({});
  await backfill(await loadInstallation(source), {
    from: new Date(Math.floor((now.getTime() - 370 * DAY_MS) / stepMs) * stepMs),
    to: new Date(Math.floor(now.getTime() / stepMs) * stepMs),
    stepMs,
    target: { prometheusData: data },
    includeRecent: true,
    now,
    print: () => undefined,
  });
  const service = await startService({ source, log: pino({ level: 'silent' }), version: 'test' });
  onTestFinished(() => service.close());
  await expect.poll(async () => (await fetch(`${service.address}/-/ready`)).status).toBe(200);
  const prometheus = await startPrometheus(data, {
    flags: ['--storage.tsdb.retention.time=5y'],
    config: `global: { scrape_interval: ${scrapeInterval} }\nscrape_configs: [{ job_name: taiga-bugflow, static_configs: [{ targets: ["127.0.0.1:${port}"] }] }]\n`,
  });
  onTestFinished(() => prometheus.stop());
  return { url: taiga.url, prometheus };
}
