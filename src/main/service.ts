import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createBackoff } from '../collectors/backoff.js';
import { type CreateTicker, createCronTicker } from '../collectors/cron-ticker.js';
import { createEngine, type Engine, type Handover } from '../collectors/engine.js';
import type { HeldSeries } from '../collectors/new-series.js';
import type { CollectorRunner, CollectorState } from '../collectors/runner.js';
import type { ConfigSource } from '../config/config.js';
import type { Database } from '../database/database.js';
import { describeTarget } from '../database/explain-error.js';
import { describeServer, type ServerState } from '../database/failover.js';
import { messageOf } from '../errors.js';
import { createExposition } from '../exposition/exposition.js';
import { toSampleFamily } from '../exposition/sample-families.js';
import { createOwnMetrics } from '../observability/own-metrics.js';
import { type Settings, settingsOf } from '../observability/settings-families.js';
import { NO_RUNBOOKS, type Runbooks, readRunbooks } from '../server/runbooks/library.js';
import { createServer } from '../server/server.js';
import { openWeb } from '../server/web.js';
import type { TunnelState } from '../tunnel/tunnel.js';
import { createProgressLog, logCircuit, logRun, logVerified } from './collector-log.js';
import { explainFileRights } from './file-rights.js';
import { type Installation, loadInstallation } from './installation.js';
import { isLoopback, listen } from './listen.js';
import { openDatabase } from './open-database.js';
import { openStatusStore } from './status-store.js';

/** The folder `docs/runbooks/` that ships with the package, from `src/main` and `dist/main` alike. */
const SHIPPED_RUNBOOKS = fileURLToPath(new URL('../../docs/runbooks', import.meta.url));

/** The running service. */
export interface Service {
  /** Where it listens, like `http://127.0.0.1:10284`. */
  readonly address: string;
  readonly server: FastifyInstance;
  /** Reads the configuration again; the old one stays in force when the new one is wrong. @throws BugflowError */
  reload(): Promise<void>;
  /** Stops taking requests, ends the collectors and closes the database. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly source: ConfigSource;
  readonly log: Logger;
  readonly version: string;
  /** Takes precedence over the configuration's address. */
  readonly port?: number | undefined;
  /** Says when collectors are due; by their cron expressions when absent. */
  readonly createTicker?: CreateTicker;
  /** Told of each attempt to load the configuration again. */
  readonly onReload?: (outcome: Promise<void>) => void;
}

interface Assembly {
  readonly installation: Installation;
  readonly database: Database;
  readonly servers: () => readonly ServerState[];
  /** Undefined where the database is reached directly. */
  readonly tunnel: () => TunnelState | undefined;
  readonly engine: Engine;
  readonly settings: Settings;
}

/** @throws BugflowError when the configuration is wrong or the address is taken. */
export async function startService({
  source,
  log,
  version,
  port,
  createTicker = createCronTicker,
  onReload = () => undefined,
}: ServiceOptions): Promise<Service> {
  const exposition = await createExposition();
  const lastReload = { successful: true, succeededAt: Date.now() };
  const first = await loadInstallation(source);
  await assertStateFile(first);
  log.level = first.config.logLevel;
  const web = await openWeb(first.config.web, { log, onChange: () => ownMetrics.refresh() });
  let assembly = assemble(first);

  const ownMetrics = createOwnMetrics(exposition, () => ({
    version,
    settings: assembly.settings,
    runners: assembly.engine.runners,
    databaseUp: assembly.engine.databaseUp(),
    servers: assembly.servers(),
    tunnel: assembly.tunnel(),
    mismatches: assembly.engine.mismatches(),
    openCircuits: assembly.engine.openCircuits(),
    lastReload,
    webConfigSuccessful: web.lastReadSuccessful(),
  }));

  function assemble(installation: Installation, handover?: Handover): Assembly {
    const { config, library } = installation;
    const { database, servers, tunnel } = openDatabase(config, {
      onIdleError: (error) => log.warn(`an idle database connection broke: ${messageOf(error)}`),
      onTunnelChange(error) {
        if (error) log.warn(`the SSH tunnel is down: ${error.message}`);
        else log.info('the SSH tunnel is up');
        ownMetrics.refresh();
      },
      onSwitch(server) {
        // Of a lone primary there is nothing to tell.
        if (server.isReplica || (config.database.hosts?.length ?? 1) > 1)
          log.info(`the database is read from ${describeServer(server)}`);
        ownMetrics.refresh();
      },
    });
    const engine = createEngine({
      config,
      library,
      database,
      handover,
      statusStore: openStatusStore(config, (message) => log.warn(message)),
      createTicker,
      retryDelayMs: createBackoff(),
      publish: (collector, families) => exposition.publish(collector, families.map(toSampleFamily)),
      withdraw: (collector) => exposition.withdraw(collector),
      onProgress: createProgressLog(log),
      onFileRights: (rights) => log.warn(explainFileRights(rights)),
      onVerified(collector, result) {
        logVerified(log, collector, result);
        ownMetrics.refresh();
      },
      onChange: (runner, event) => {
        logRun(log, runner, event, engine.openCircuits().has(runner.definition.name));
        ownMetrics.refresh();
      },
      onCircuit: (runner, circuit) => {
        logCircuit(log, runner, circuit);
        ownMetrics.refresh();
      },
    });
    return { installation, database, servers, tunnel, engine, settings: settingsOf(config) };
  }

  /** Resolves to the new series that are still shown as 0, by collector. */
  const dismantle = async ({ engine, database }: Assembly): Promise<Handover['heldSeries']> => {
    const heldSeries = await engine.stop();
    await database.close();
    return heldSeries;
  };

  let reloading: Promise<void> = Promise.resolve();
  const reloadNow = async (): Promise<void> => {
    let installation: Installation;
    try {
      installation = await loadInstallation(source);
      await assertStateFile(installation);
    } catch (error) {
      lastReload.successful = false;
      ownMetrics.refresh();
      log.error(`the configuration was not loaded, the old one stays in force: ${messageOf(error)}`);
      throw error;
    }
    const previous = assembly;
    // The old runners have ended before the new ones publish under the same names.
    const stillHeld = await dismantle(previous);
    const states = new Map<string, CollectorState>();
    const heldSeries = new Map<string, HeldSeries>();
    for (const runner of previous.engine.runners) {
      const { name } = runner.definition;
      if (isUnchanged(runner, installation)) {
        states.set(name, runner.state());
        heldSeries.set(name, stillHeld.get(name) ?? new Map());
      } else exposition.withdraw(name);
    }
    assembly = assemble(installation, {
      databaseUp: previous.engine.databaseUp(),
      states,
      heldSeries,
      statuses: readsSameDatabase(previous.installation, installation)
        ? previous.engine.statusRecord()
        : undefined,
    });
    log.level = installation.config.logLevel;
    lastReload.successful = true;
    lastReload.succeededAt = Date.now();
    assembly.engine.start();
    ownMetrics.refresh();
    const { configFile, maxConnections } = first.config.web;
    const { web: wanted } = installation.config;
    if (wanted.configFile !== configFile || wanted.maxConnections !== maxConnections)
      log.warn('web.config_file and web.max_connections stay as they were until the service is restarted');
    log.info(`configuration loaded: ${installation.library.collectors.length} collectors`);
  };
  const reload = (): Promise<void> => {
    const result = reloading.then(async () => {
      const outcomes = await Promise.allSettled([reloadNow(), web.reload()]);
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    });
    onReload(result);
    reloading = result.catch(() => undefined);
    return result;
  };

  const { config } = assembly.installation;
  const server = createServer({
    exposition,
    version,
    runners: () => assembly.engine.runners,
    openCircuits: () => assembly.engine.openCircuits(),
    databaseUp: () => assembly.engine.databaseUp(),
    databaseTarget: () => describeTarget(assembly.installation.config.database).where,
    reload: config.reloadEndpoint ? reload : undefined,
    rowSamples: () => assembly.installation.config.web.rowSamples,
    runbooks: await shippedRunbooks(log),
    grafanaUrl: () => assembly.installation.config.externalUrls.grafana,
    web,
    log,
  });
  await ownMetrics.publish();
  let address: string;
  try {
    address = await listen(
      server,
      { ...config.listen, port: port ?? config.listen.port },
      web.scheme,
      config.file,
    );
  } catch (error) {
    web.close();
    await ownMetrics.close();
    await dismantle(assembly);
    throw error;
  }
  assembly.engine.start();
  log.info(
    `${assembly.installation.library.collectors.length} collectors on ${describeTarget(config.database).where}, metrics at ${address}/metrics`,
  );

  if (!isLoopback(config.listen.host) && !web.keepsStrangersOut()) {
    log.warn(
      `whoever reaches ${address} sees everything, as nobody has to log in; set web.config_file with basic_auth_users or bearer_token_files (docs/http.md), or listen on 127.0.0.1 behind a reverse proxy`,
    );
  }

  return {
    address,
    server,
    reload,
    async close() {
      await server.close();
      web.close();
      await reloading;
      await ownMetrics.close();
      await dismantle(assembly);
    },
  };
}

async function shippedRunbooks(log: Logger): Promise<Runbooks> {
  return readRunbooks(SHIPPED_RUNBOOKS).catch((error: unknown) => {
    log.warn(`/runbooks is empty: ${messageOf(error)}`);
    return NO_RUNBOOKS;
  });
}

/** @throws BugflowError when there is one that is none of ours. */
async function assertStateFile({ config }: Installation): Promise<void> {
  await openStatusStore(config)?.read();
}

function readsSameDatabase({ config: a }: Installation, { config: b }: Installation): boolean {
  return JSON.stringify([a.database, a.ssh]) === JSON.stringify([b.database, b.ssh]);
}

/** Whether a collector goes on as it was, so that its last values may stay until it has run again. */
function isUnchanged({ definition }: CollectorRunner, { library }: Installation): boolean {
  const next = library.collectors.find((candidate) => candidate.name === definition.name);
  return next !== undefined && JSON.stringify(next) === JSON.stringify(definition);
}
