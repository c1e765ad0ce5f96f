import type { ServerState } from '../../database/failover.js';
import type { Sample, SampleFamily } from '../../exposition/format.js';
import { counter, gauge, sampleOf, seconds } from '../../observability/sample-family.js';
import type { TunnelState } from '../../ssh/tunnel.js';

export function databaseUpFamilies(up: boolean): SampleFamily[] {
  return [
    gauge(
      'bugflow_database_up',
      'Whether the database answered when it was last asked.',
      sampleOf(Number(up)),
    ),
  ];
}

/** Nothing where there is but one server, and that no replica: `bugflow_database_up` tells of it. */
export function serverFamilies(servers: readonly ServerState[]): SampleFamily[] {
  if (servers.length < 2 && !servers.some(({ isReplica }) => isReplica)) return [];
  const perServer = (value: (state: ServerState) => number | undefined): Sample[] =>
    servers.flatMap((state) => sampleOf(value(state), { server: state.name }));
  return [
    gauge(
      'bugflow_database_server_up',
      'Whether the server answered when it was last asked.',
      perServer(({ up }) => (up === undefined ? undefined : Number(up))),
    ),
    gauge(
      'bugflow_database_server_in_use',
      'Whether it is the server that is read.',
      perServer(({ inUse }) => Number(inUse)),
    ),
    gauge(
      'bugflow_database_replication_lag_seconds',
      'How old what the replica shows may be.',
      perServer(({ lagMs }) => seconds(lagMs)),
    ),
  ];
}

/** Nothing where the database is reached directly. */
export function tunnelFamilies(tunnel: TunnelState | undefined): SampleFamily[] {
  if (tunnel === undefined) return [];
  return [
    gauge(
      'bugflow_tunnel_up',
      'Whether the SSH session to the database stands.',
      sampleOf(Number(tunnel.up)),
    ),
    counter(
      'bugflow_tunnel_reconnects_total',
      'How often the SSH session was set up again after it was lost.',
      sampleOf(tunnel.reconnects),
    ),
  ];
}
