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

/** Reports on the web configuration file. The server that uses it is not a part, as it exists before all parts. */
export function createWebPart({ installation: first, web, log }: WebPartOptions): Part {
  return {
    name: 'web',
    settings: untilRestart,
    reload(next) {
      if (!isDeepStrictEqual(untilRestart(next), untilRestart(first)))
        log.warn('web.config_file and web.max_connections stay as they were until the service is restarted');
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

/** Empty without such a file. */
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

/** Settings that Node fixes when it begins to listen. */
function untilRestart({ config: { web } }: Installation): unknown {
  return { configFile: web.configFile, maxConnections: web.maxConnections };
}
