import type { ServerState } from '../../database/failover.js';
import type { Sample, SampleFamily } from '../../exposition/format.js';
import { counter, gauge, sampleOf, seconds } from '../../observability/sample-family.js';
import type { TunnelState } from '../../ssh/tunnel.js';

export function databaseUpFamilies(up: boolean): SampleFamily[] {
  return [
    gauge(
      'bugflow_database_up',
      'Whether the database answered when it was last used.',
      sampleOf(Number(up)),
    ),
  ];
}

/** Empty for a single primary, for which `bugflow_database_up` is enough. */
export function serverFamilies(servers: readonly ServerState[]): SampleFamily[] {
  if (servers.length < 2 && !servers.some(({ isReplica }) => isReplica)) return [];
  const perServer = (value: (state: ServerState) => number | undefined): Sample[] =>
    servers.flatMap((state) => sampleOf(value(state), { server: state.name }));
  return [
    gauge(
      'bugflow_database_server_up',
      'Whether the server answered when it was last checked.',
      perServer(({ up }) => (up === undefined ? undefined : Number(up))),
    ),
    gauge(
      'bugflow_database_server_in_use',
      'Whether the data is read from this server.',
      perServer(({ inUse }) => Number(inUse)),
    ),
    gauge(
      'bugflow_database_replication_lag_seconds',
      'How far the replica may be behind its primary.',
      perServer(({ lagMs }) => seconds(lagMs)),
    ),
  ];
}

/** Empty when the database is reached directly. */
export function tunnelFamilies(tunnel: TunnelState | undefined): SampleFamily[] {
  if (tunnel === undefined) return [];
  return [
    gauge('bugflow_tunnel_up', 'Whether the SSH session to the database is up.', sampleOf(Number(tunnel.up))),
    counter(
      'bugflow_tunnel_reconnects_total',
      'How often the SSH session was set up again after it was lost.',
      sampleOf(tunnel.reconnects),
    ),
  ];
}
