import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { SampleFamily } from '../../exposition/format.js';
import { gauge, sampleOf } from '../../observability/sample-family.js';
import type { Web } from '../../server/web.js';
import { createFileWatch } from '../../server/web-config/file-watch.js';
import { readWebFile } from '../../server/web-config/web-file.js';
import type { Installation } from '../installation.js';
import type { Part } from '../part.js';

export interface WebPartOptions {
  readonly installation: Installation;
  readonly web: Pick<Web, 'lastReadSuccessful'>;
  readonly log: Logger;
}

/** What is known of the web configuration file. The server that stands on it is no part: it is there before all parts. */
export function createWebPart({ installation: first, web, log }: WebPartOptions): Part {
  return {
    name: 'web',
    settings: untilRestart,
    reload(next) {
      const before = new Map(Object.entries(untilRestart(first)));
      const changed = Object.entries(untilRestart(next)).filter(
        ([key, value]) => !isDeepStrictEqual(value, before.get(key)),
      );
      if (changed.length > 0)
        log.warn(
          `what the service began with holds until it is restarted: ${changed.map(([key]) => key).join(', ')}`,
        );
    },
    families: () => webFamilies(web.lastReadSuccessful()),
    async check({ print }) {
      const { configFile } = first.config.web;
      if (configFile === undefined) return {};
      const { tls, users, tokens } = await readWebFile(configFile, createFileWatch());
      const found = [
        tls ? `TLS (${tls.clientAuth})` : 'no TLS',
        `users: ${users.size}`,
        `tokens: ${tokens.length}`,
      ];
      print(`Web configuration: ${configFile}: ${found.join(', ')}`);
      return {};
    },
  };
}

/** Nothing where there is no such file. */
export function webFamilies(successful: boolean | undefined): SampleFamily[] {
  if (successful === undefined) return [];
  return [
    gauge(
      'bugflow_web_config_last_reload_successful',
      'Whether the last attempt to load the web configuration file, with the certificates and tokens it names, succeeded.',
      sampleOf(Number(successful)),
    ),
  ];
}

/** What is settled when the service begins to listen, by its key in the configuration. */
function untilRestart({ config: { listen, reloadEndpoint, web } }: Installation): Record<string, unknown> {
  return {
    listen,
    reload_endpoint: reloadEndpoint,
    'web.config_file': web.configFile,
    'web.max_connections': web.maxConnections,
  };
}
