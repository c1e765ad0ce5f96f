import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBackoff } from '../../src/base/backoff.js';
import { createEngine } from '../../src/collectors/engine.js';
import type { RunResult } from '../../src/collectors/runner.js';
import { createDatabase, type Database } from '../../src/database/database.js';
import { Random } from '../../src/demo/random.js';
import { createExposition, type Exposition } from '../../src/exposition/exposition.js';
import { toSampleFamily } from '../../src/exposition/sample-families.js';
import { type Installation, loadInstallation } from '../../src/main/installation.js';
import type { CreateTicker } from '../../src/scheduling/cron-ticker.js';
import { createFolder, type Folder } from '../support/bugflow.js';
import { parseExposition } from '../support/exposition-parser.js';
import { exampleTaiga } from '../support/fixture.js';
import { type Gate, startGate } from '../support/gate.js';
import { HANG_MS } from '../support/hang.js';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { createOutages, faultTableSql, faultyCollector, SQL_FAULTS } from './faults.js';

/** How much faster than the clock schedules and backoff run. The time limits of statements stay as they are. */
const COMPRESSION = 1000;
const MINUTE_MS = 60_000 / COMPRESSION;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Runs at least, good or failed. */
const CYCLES = 2000;
const OWN = ['alpha', 'beta', 'gamma', 'delta'];
/** Of the collectors that ship: two of the present, two of the past. */
const SHIPPED = ['items', 'issues', 'lifecycle', 'status_transitions'];
const SEED = Number(process.env.SOAK_SEED ?? Date.now() % 100_000);
const MEBIBYTE = 2 ** 20;

describe.skipIf(!hasPostgres)(
  `24 hours of faults, ${COMPRESSION} times as fast (skipped without PostgreSQL on the machine)`,
  () => {
    let cluster: Cluster;
    let gate: Gate;
    let folder: Folder;
    let installation: Installation;

    beforeAll(async () => {
      cluster = await startPostgres();
      await exampleTaiga().load(cluster);
      await cluster.query(`${faultTableSql}
        CREATE ROLE bugflow LOGIN PASSWORD 'only to read';
        GRANT USAGE ON SCHEMA public TO bugflow;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO bugflow;`);
      gate = await startGate(Number(new URL(cluster.url).port));
      folder = createFolder();
      for (const name of OWN) folder.write(`own/${name}.yaml`, faultyCollector(name));
      const file = folder.write(
        'bugflow.yaml',
        'collectors: [own/*.yaml]\ndatabase: { lock_timeout: 100ms, connect_timeout: 2s }\n',
      );
      const url = gate.through(cluster.urlWith({ user: 'bugflow', password: 'only to read' }));
      const loaded = await loadInstallation({ file, env: { TAIGA_DATABASE_URL: url } });
      const { library } = loaded;
      const collectors = library.collectors.filter(({ name }) => [...OWN, ...SHIPPED].includes(name));
      installation = { ...loaded, library: { ...library, collectors } };
    });
    afterAll(async () => {
      await gate?.close();
      await cluster?.close();
      folder?.remove();
    });

    test('no leak, no overlap, and all recover', async () => {
      const random = new Random(SEED);
      const handlesBefore = handles();
      const exposition = await createExposition();
      const database = watchOverlaps(
        createDatabase(installation.config.database, { onIdleError: () => undefined }),
      );
      const backoff = createBackoff({ random: () => random.fraction() });
      const succeededAt = new Map<string, number>();
      let circuitsOpened = 0;
      const engine = createEngine({
        ...installation,
        database,
        createTicker: createFastTicker,
        retryDelayMs: (failuresInARow, limitMs) => backoff(failuresInARow, limitMs) / COMPRESSION,
        publish: (collector, families) => exposition.publish(collector, families.map(toSampleFamily)),
        withdraw: (collector) => exposition.withdraw(collector),
        onProgress: () => undefined,
        onVerified: () => undefined,
        onFileRights: () => undefined,
        onTimeZone: () => undefined,
        onChange(runner, event) {
          if (event === 'success') succeededAt.set(runner.definition.name, performance.now());
        },
        onCircuit(_runner, circuit) {
          if (circuit) circuitsOpened += 1;
        },
      });
      const names = installation.library.collectors.map(({ name }) => name);
      const recoveriesMs: number[] = [];
      /** Waits until each of these has succeeded since now. */
      const untilRecovered = async (fault: string, collectors: readonly string[]): Promise<void> => {
        const endedAt = performance.now();
        const late = (): string[] => collectors.filter((name) => (succeededAt.get(name) ?? 0) < endedAt);
        while (late().length > 0) {
          if (performance.now() - endedAt > HANG_MS)
            throw new Error(`seed ${SEED}: ${late().join(', ')} did not recover from: ${fault}`);
          await sleep(1);
        }
        recoveriesMs.push(performance.now() - endedAt);
      };

      const outages = createOutages(cluster, gate);
      const breakSql = async (): Promise<string[]> => {
        const broken = OWN.filter(() => random.chance(0.5));
        for (const collector of broken) {
          const kind = random.pick(SQL_FAULTS);
          await cluster.query('INSERT INTO fault VALUES ($1, $2)', [collector, kind]);
        }
        await sleep(random.integer(5, 20) * MINUTE_MS);
        await cluster.query('DELETE FROM fault');
        return broken;
      };

      const count = (result: RunResult): number =>
        engine.runners.reduce((sum, runner) => sum + runner.state().runs[result], 0);
      const startedAt = performance.now();
      const dayRatio = (): number => (performance.now() - startedAt) / DAY_MS;
      const memory: number[] = [];
      let counters = 0;
      engine.start();
      await untilRecovered('the start', names);
      // As long as it takes for everything to have been met.
      while (dayRatio() < 1 || count('success') + count('failure') <= CYCLES || circuitsOpened === 0) {
        if (random.chance(0.4)) await untilRecovered('SQL', await breakSql());
        else {
          const [name, outage] = random.pick(Object.entries(outages));
          await outage();
          await untilRecovered(name, names);
        }
        await sleep(random.integer(2, 10) * MINUTE_MS);
        const total = checkExposition(exposition, names);
        expect(total).toBeGreaterThanOrEqual(counters);
        counters = total;
        // Not before everything has been met once.
        if (dayRatio() > (memory.length + 1) / 5) memory.push(heapAfterCollection());
      }
      const sessions = await cluster.query(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'taiga-bugflow'",
      );
      await engine.stop();
      await database.close();
      recoveriesMs.sort((a, b) => a - b);
      console.log(
        `seed ${SEED}: ${count('success')} good, ${count('failure')} failed, ${count('skipped')} skipped runs; ${recoveriesMs.length} faults, ` +
          `recovery median ${recoveriesMs[recoveriesMs.length >> 1]?.toFixed(0)} ms, longest ${recoveriesMs.at(-1)?.toFixed(0)} ms; ` +
          `${circuitsOpened} times a circuit opened; heap ${memory.map((bytes) => (bytes / MEBIBYTE).toFixed(1)).join(', ')} MiB; ${sessions[0]?.n} sessions`,
      );
      expect(count('failure')).toBeGreaterThan(0);
      expect(database.overlaps()).toEqual([]);
      expect((memory.at(-1) ?? 0) - (memory[0] ?? 0)).toBeLessThan(4 * MEBIBYTE);
      expect(sessions[0]?.n).toBeLessThanOrEqual(installation.config.database.poolSize);
      const left = (): string[] =>
        Object.entries(handles()).flatMap(([kind, n]) => (n > (handlesBefore[kind] ?? 0) ? [kind] : []));
      await expect.poll(left).toEqual([]);
    });
  },
);

const createFastTicker: CreateTicker = ({ onTick }) => {
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      timer = setInterval(() => onTick(Date.now()), MINUTE_MS);
    },
    async stop() {
      clearInterval(timer);
    },
    intervalMs: () => MINUTE_MS,
  };
};

/** Notes each query of a test's own collector that begins while one of the same collector is under way. */
function watchOverlaps(database: Database): Database & { overlaps(): readonly string[] } {
  const underWay = new Set<string>();
  const overlaps: string[] = [];
  return {
    ...database,
    overlaps: () => overlaps,
    async read(query, onBatch) {
      const name = OWN.find((own) => query.text.includes(`collector = '${own}'`));
      if (name === undefined) return database.read(query, onBatch);
      if (underWay.has(name)) overlaps.push(name);
      underWay.add(name);
      return database.read(query, onBatch).finally(() => underWay.delete(name));
    },
  };
}

/** Every collector is there, as it must be without a fault. Adds up all counters. */
function checkExposition(exposition: Exposition, names: readonly string[]): number {
  const families = parseExposition(exposition.body('text', false).toString('utf8'), 'text');
  for (const name of names.filter((each) => OWN.includes(each))) {
    const values = families
      .find((family) => family.name === `soak_${name}`)
      ?.samples.map(({ value }) => value);
    expect(values).toEqual([1, 2, 3, 4, 5]);
  }
  expect(families.find(({ name }) => name === 'taiga_items')?.samples.length).toBeGreaterThan(0);
  return families
    .filter(({ type }) => type === 'counter')
    .flatMap(({ samples }) => samples)
    .reduce((sum, { value }) => sum + value, 0);
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose_gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** What keeps the process alive, by kind, but for timers: these come and go. */
function handles(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Timeout' && kind !== 'Immediate') counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
