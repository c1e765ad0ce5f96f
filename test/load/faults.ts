import { setTimeout as sleep } from 'node:timers/promises';
import type { Gate } from '../support/gate.js';
import type { Cluster } from '../support/postgres.js';

/** What a collector's own SQL does wrong while a row in the table `fault` says so. */
export const SQL_FAULTS = ['slow', 'bad_value', 'duplicate', 'too_many', 'error'] as const;
export type SqlFault = (typeof SQL_FAULTS)[number];

export const faultTableSql = 'CREATE TABLE fault (collector text PRIMARY KEY, kind text NOT NULL);';

/** A collector that does its work well unless it is told otherwise. */
export function faultyCollector(name: string): string {
  return `collector: ${name}
description: Yields five series, unless told otherwise.
timeout: 300ms
max_series: 50
metrics:
  - name: soak_${name}
    type: gauge
    help: The number of the copy.
    labels: [copy]
    value: value
now: |
  SELECT
    CASE kind WHEN 'duplicate' THEN 1 ELSE copy END AS copy,
    CASE kind
      WHEN 'bad_value' THEN 'not a number'
      WHEN 'slow' THEN (SELECT copy::text FROM pg_sleep(1))
      WHEN 'error' THEN (copy / (copy - copy))::text
      ELSE copy::text
    END AS value
  FROM (SELECT (SELECT kind FROM fault WHERE collector = '${name}') AS kind) AS told
  CROSS JOIN LATERAL generate_series(1, CASE kind WHEN 'too_many' THEN 100 ELSE 5 END) AS copy
`;
}

/** Faults of the database and the network, each over when it resolves. */
export function createOutages(cluster: Cluster, gate: Gate): Readonly<Record<string, () => Promise<void>>> {
  const cut = async (): Promise<void> => {
    await gate.shut();
    await gate.open();
  };
  return {
    'connections reset': cut,
    'database away': async () => {
      await gate.shut();
      await sleep(400);
      await gate.open();
    },
    'network silent': async () => {
      gate.freeze();
      await sleep(400);
      await cut();
    },
    'cut in the middle of a result': async () => {
      gate.cutAfter('copy');
      await sleep(200);
      await cut();
    },
    'sessions ended by the administrator': async () => {
      await cluster.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'taiga-bugflow'",
      );
    },
    'table locked': async () => {
      // Longer than a collector's lock_timeout.
      await cluster.query('BEGIN; LOCK TABLE fault IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(0.4); COMMIT');
    },
  };
}
