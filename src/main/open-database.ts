import { setTimeout as sleep } from 'node:timers/promises';
import type { BugflowError } from '../base/errors.js';
import type { Config } from '../config/config.js';
import { type DatabaseConfig, forReports } from '../config/database-section.js';
import { formatHostPort } from '../config/host-port.js';
import type { StreamFactory } from '../database/connect.js';
import { createDatabase, type Database, type DatabaseOptions } from '../database/database.js';
import { describeTarget } from '../database/explain-error.js';
import {
  createFailover,
  type Failover,
  type FailoverOptions,
  type Server,
  type ServerState,
} from '../database/failover.js';
import { resolveRoute } from '../ssh/route.js';
import { openSession } from '../ssh/session.js';
import { createTunnel, type TunnelState } from '../ssh/tunnel.js';

export interface OpenDatabaseOptions {
  /** Called with errors of idle connections, for the log. */
  readonly onIdleError: (error: Error) => void;
  /** Called with undefined when the SSH session is up, and with the reason when it is not. */
  readonly onTunnelChange?: (error: BugflowError | undefined) => void;
  /** Called when reads move to another server, and for the first one. */
  readonly onSwitch?: (server: ServerState) => void;
  /** The same for the reads of reports. */
  readonly onReportsSwitch?: (server: ServerState) => void;
}

export interface OpenDatabase {
  readonly database: Database;
  /** The same data through the connections of reports; closed together with `database`. */
  readonly reports: Database;
  /** The state of the database's servers, in order of preference. */
  servers(): readonly ServerState[];
  /** The state of the tunnel, if one is configured. */
  tunnel(): TunnelState | undefined;
}

/** How long running queries may take to end. */
const CLOSE_TIMEOUT_MS = 1000;

/** The configured database, through SSH if that is configured; closing it closes everything. */
export function openDatabase(
  { database: config, ssh }: Pick<Config, 'database' | 'ssh'>,
  {
    onIdleError,
    onTunnelChange = () => undefined,
    onSwitch = () => undefined,
    onReportsSwitch = () => undefined,
  }: OpenDatabaseOptions,
): OpenDatabase {
  const open = (stream?: StreamFactory): Omit<OpenDatabase, 'tunnel'> => {
    const all = openServers(config, { onIdleError, stream, onSwitch });
    const reports = openServers(forReports(config), { onIdleError, stream, onSwitch: onReportsSwitch });
    return {
      database: {
        ...all.database,
        close: async () => void (await Promise.all([all.database.close(), reports.database.close()])),
      },
      reports: reports.database,
      servers: all.servers,
    };
  };
  if (ssh === undefined) return { ...open(), tunnel: () => undefined };
  const { connectTimeoutMs, keepAliveMs } = ssh;
  const tunnel = createTunnel({
    connect: async (signal) =>
      openSession(await resolveRoute(ssh), { connectTimeoutMs, keepAliveMs, signal }),
    onChange: onTunnelChange,
  });
  const { database, ...others } = open(tunnel.stream);
  return {
    ...others,
    database: {
      ...database,
      async close() {
        const closed = database.close();
        await Promise.race([closed, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
        // Queries that still wait for an answer on a dead network end with the tunnel.
        await tunnel.close();
        await closed;
      },
    },
    tunnel: () => tunnel.state(),
  };
}

function openServers(
  config: DatabaseConfig,
  { onSwitch, ...options }: DatabaseOptions & Pick<FailoverOptions, 'onSwitch'>,
): Failover {
  const servers: readonly Server[] =
    config.hosts === undefined
      ? [{ name: describeTarget(config).where, database: createDatabase(config, options) }]
      : config.hosts.map((server) => ({
          name: formatHostPort(server),
          database: createDatabase(config, { ...options, server }),
        }));
  return createFailover({ servers, maxLagMs: config.maxReplicaLagMs, onSwitch });
}
