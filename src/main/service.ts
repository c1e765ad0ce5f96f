import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { ConfigSource } from '../config/config.js';
import { describeTarget } from '../database/explain-error.js';
import { createExposition } from '../exposition/exposition.js';
import { createOwnMetrics } from '../observability/own-metrics.js';
import { type CreateTicker, createCronTicker } from '../scheduling/cron-ticker.js';
import { createServer } from '../server/server.js';
import { openWeb } from '../server/web.js';
import { loadInstallation } from './installation.js';
import { startAll, stopAll } from './lifecycle.js';
import { isLoopback, listen } from './listen.js';
import { createParts } from './parts.js';
import { logRefused } from './refused-files.js';
import { createReloads } from './reloads.js';
import { buildFamilies, reloadFamilies } from './service-families.js';

/** The running service. */
export interface Service {
  /** The address at which it listens, like `http://127.0.0.1:10284`. */
  readonly address: string;
  readonly server: FastifyInstance;
  /** Loads the configuration again; when it is wrong, the old one stays in force. @throws BugflowError */
  reload(): Promise<void>;
  /** Stops accepting requests, then stops every part. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly source: ConfigSource;
  readonly log: Logger;
  readonly version: string;
  /** Overrides the port of the configuration. */
  readonly port?: number | undefined;
  /** Tells when collectors are due; by default from their cron expressions. */
  readonly createTicker?: CreateTicker;
  /** Called with each attempt to load the configuration again. */
  readonly onReload?: (outcome: Promise<void>) => void;
}

/** @throws BugflowError when the configuration is wrong or the address is in use */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { source, log, version, createTicker = createCronTicker, onReload } = options;
  const installation = await loadInstallation(source);
  const { config, library } = installation;
  log.level = config.logLevel;

  const exposition = await createExposition();
  const refresh = (): void => ownMetrics.refresh();
  const web = await openWeb(config.web, { log, onChange: refresh });
  const parts = await createParts({
    ...{ installation, version, exposition, web, log, createTicker, refresh },
    stateAccess: 'own',
  }).catch((error: unknown) => {
    web.close();
    throw error;
  });
  const reloads = createReloads({ source, installation, parts, web, log, refresh, onReload });
  const ownMetrics = createOwnMetrics(exposition, () => [
    ...buildFamilies(version),
    ...reloadFamilies(reloads.state()),
    ...parts.flatMap((part) => part.families?.() ?? []),
  ]);
  const server = createServer({
    ...{ exposition, web, log },
    routes: parts.flatMap((part) => part.routes ?? []),
    waitingFor: () => parts.flatMap((part) => part.waitingFor?.() ?? []),
    reload: config.reloadEndpoint ? reloads.reload : undefined,
  });

  const close = async (): Promise<void> => {
    await server.close();
    web.close();
    await reloads.settled();
    await ownMetrics.close();
    await stopAll(parts);
  };

  let address: string;
  try {
    for (const part of parts) await part.accept?.(installation);
    await ownMetrics.publish();
    const { host, port } = config.listen;
    address = await listen(server, { host, port: options.port ?? port }, web.scheme, config.file);
    startAll(parts);
  } catch (error) {
    // What else goes wrong now only follows from it.
    await close().catch(() => undefined);
    throw error;
  }

  const where = describeTarget(config.database).where;
  logRefused(log, installation);
  log.info(`${library.collectors.length} collectors on ${where}, metrics at ${address}/metrics`);
  if (!isLoopback(config.listen.host) && !web.restrictsAccess()) {
    log.warn(
      `everybody who reaches ${address} sees everything, as no login is required; set web.config_file with basic_auth_users or bearer_token_files (docs/http.md), or listen on 127.0.0.1 behind a reverse proxy`,
    );
  }
  return { address, server, reload: reloads.reload, close };
}
