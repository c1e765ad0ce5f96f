import type { Logger } from 'pino';
import { messageOf } from '../../base/errors.js';
import type { Database, Query } from '../../database/database.js';
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
  /** The same through the connections of reports. */
  forReports(): Database;
  /** The database's address and who said it, where the URL does not, for messages. */
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

/** What a check asks, to see who answers. */
const ANY_QUERY: Query = { text: 'SELECT 1', values: [], timeoutMs: 10_000 };

export function createDatabasePart({ installation: first, log, refresh }: DatabasePartOptions): DatabasePart {
  let { config } = first;
  const announcement =
    (what: string, hosts: () => readonly unknown[] | undefined) =>
    (server: ServerState): void => {
      // A single primary is no news.
      if (server.isReplica || (hosts()?.length ?? 1) > 1)
        log.info(`${what} read from ${describeServer(server)}`);
    };
  let announce = announcement('the database is', () => config.database.hosts);
  let announceReports = announcement('reports are', () => config.database.reports.hosts);
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
      onReportsSwitch: (server) => announceReports(server),
    });
  let opened = open();
  const target = (): string => {
    const { where, origins } = describeTarget(config.database);
    return where + origins;
  };
  const isStuck = (): boolean => opened.tunnel()?.up === false;

  return {
    name: 'database',
    current: () => opened.database,
    forReports: () => opened.reports,
    target,
    start() {
      // What the configuration does not say is worth a line.
      if (config.database.address.origins.length > 0) log.info(`the database is ${target()}`);
    },
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
      if (config.database.reports.hosts === undefined) return {};
      announceReports = (server) => print(`Reports read from: ${describeServer(server)}`);
      try {
        await opened.reports.read(ANY_QUERY, () => undefined);
        return {};
      } catch (error) {
        return { problems: [`reports: ${messageOf(error)}`], conclusions: ['Reports cannot read.'] };
      }
    },
  };
}

/** The settings that identify the database and how it is reached. */
export function databaseSettings({ config: { database, ssh } }: Installation): unknown {
  return { database, ssh };
}
