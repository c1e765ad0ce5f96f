import type { Logger } from 'pino';
import { messageOf } from '../../base/errors.js';
import type { Database } from '../../database/database.js';
import { describeTarget } from '../../database/explain-error.js';
import { describeServer, type ServerState } from '../../database/failover.js';
import type { Installation } from '../installation.js';
import { type OpenDatabase, openDatabase } from '../open-database.js';
import type { Part } from '../part.js';
import { serverFamilies, tunnelFamilies } from './database-families.js';

/** Taiga's database and the connection to it. */
export interface DatabasePart extends Part {
  /** The open database; a reload may replace it. */
  current(): Database;
  /** The database's address, for messages. */
  target(): string;
  /** See {@link Part.isStuck}. */
  isStuck(): boolean;
}

export interface DatabasePartOptions {
  readonly installation: Installation;
  readonly log: Logger;
  /** Called when the part's metrics have changed. */
  readonly refresh: () => void;
}

export function createDatabasePart({ installation: first, log, refresh }: DatabasePartOptions): DatabasePart {
  let { config } = first;
  let announce = (server: ServerState): void => {
    // A single primary is no news.
    if (server.isReplica || (config.database.hosts?.length ?? 1) > 1)
      log.info(`the database is read from ${describeServer(server)}`);
  };
  const open = (): OpenDatabase =>
    openDatabase(config, {
      onIdleError: (error) => log.warn(`an idle database connection broke: ${messageOf(error)}`),
      onTunnelChange(error) {
        if (error) log.warn(`the SSH tunnel is down: ${error.message}`);
        else log.info('the SSH tunnel is up');
        refresh();
      },
      onSwitch(server) {
        announce(server);
        refresh();
      },
    });
  let opened = open();
  const target = (): string => describeTarget(config.database).where;
  const isStuck = (): boolean => opened.tunnel()?.up === false;

  return {
    name: 'database',
    current: () => opened.database,
    target,
    stop: () => opened.database.close(),
    settings: databaseSettings,
    isStuck,
    reload(installation) {
      config = installation.config;
      opened = open();
    },
    families: () => [...serverFamilies(opened.servers()), ...tunnelFamilies(opened.tunnel())],
    async check({ print }) {
      print(`Database: ${target()}`);
      if (config.ssh) print(`Through SSH: ${config.ssh.host}`);
      // Only a read shows which server is used.
      announce = (server) => print(`Read from: ${describeServer(server)}`);
      return {};
    },
  };
}

/** The settings that identify the database and how it is reached. */
export function databaseSettings({ config: { database, ssh } }: Installation): unknown {
  return { database, ssh };
}
