import { setTimeout as sleep } from 'node:timers/promises';
import type { BugflowError } from '../base/errors.js';
import type { Config } from '../config/config.js';
import { formatHostPort } from '../config/host-port.js';
import type { StreamFactory } from '../database/connect.js';
import { createDatabase, type Database } from '../database/database.js';
import { describeTarget } from '../database/explain-error.js';
import { createFailover, type Failover, type ServerState } from '../database/failover.js';
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
}

export interface OpenDatabase {
  readonly database: Database;
  /** The state of the database's servers, in order of preference. */
  servers(): readonly ServerState[];
  /** The state of the tunnel, if one is configured. */
  tunnel(): TunnelState | undefined;
}

/** How long running queries may take to end. */
const CLOSE_TIMEOUT_MS = 1000;

/** The configured database, through SSH if that is configured; closing it closes the tunnel, too. */
export function openDatabase(
  { database: config, ssh }: Pick<Config, 'database' | 'ssh'>,
  { onIdleError, onTunnelChange = () => undefined, onSwitch = () => undefined }: OpenDatabaseOptions,
): OpenDatabase {
  const openServers = (stream?: StreamFactory): Failover =>
    createFailover({
      servers:
        config.hosts === undefined
          ? [
              {
                name: describeTarget(config).where,
                database: createDatabase(config, { onIdleError, stream }),
              },
            ]
          : config.hosts.map((server) => ({
              name: formatHostPort(server),
              database: createDatabase(config, { onIdleError, stream, server }),
            })),
      maxLagMs: config.maxReplicaLagMs,
      onSwitch,
    });
  if (ssh === undefined) return { ...openServers(), tunnel: () => undefined };
  const { connectTimeoutMs, keepAliveMs } = ssh;
  const tunnel = createTunnel({
    connect: async (signal) =>
      openSession(await resolveRoute(ssh), { connectTimeoutMs, keepAliveMs, signal }),
    onChange: onTunnelChange,
  });
  const { database, servers } = openServers(tunnel.stream);
  return {
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
    servers,
    tunnel: () => tunnel.state(),
  };
}
