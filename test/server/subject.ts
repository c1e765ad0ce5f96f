import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { createExposition, type Exposition } from '../../src/exposition/exposition.js';
import { LIMITS, type Limits } from '../../src/server/limits.js';
import { createServer } from '../../src/server/server.js';
import { openWeb } from '../../src/server/web.js';
import { serverOptions } from '../support/server-options.js';

/*
 * A server in a process of its own, so that its memory can be told apart. Speaks with the test through messages:
 * 'measure' answers what it holds.
 */
const { limits, bodyBytes, configFile } = JSON.parse(process.argv[2] ?? '{}') as SubjectOptions;

export interface SubjectOptions {
  readonly limits?: Partial<Limits>;
  /** Each scrape gets a body of its own, of so many bytes: the most that could be kept. */
  readonly bodyBytes: number;
  readonly configFile?: string;
}

export interface Holding {
  readonly rssMb: number;
  /** Of that what is referred to in buffers: the allocator gives back to the system only what it likes to. */
  readonly buffersMb: number;
  readonly connections: number;
  /** Bodies that were handed out so far. */
  readonly bodies: number;
}

const real = await createExposition();
let bodies = 0;
const exposition: Exposition = {
  ...real,
  body() {
    bodies += 1;
    return Buffer.alloc(bodyBytes, '# comment\n');
  },
};
const log = pino({ level: 'silent' });
const server = createServer({
  ...(await serverOptions({ reload: async () => undefined })),
  exposition,
  web: await openWeb({ configFile, maxConnections: 1000 }, { log, limits: { ...LIMITS, ...limits } }),
  log,
});
await server.listen({ host: '127.0.0.1', port: 0 });
process.on('message', () =>
  server.server.getConnections((_error, connections) => {
    globalThis.gc?.();
    const { rss, arrayBuffers } = process.memoryUsage();
    const holding: Holding = {
      rssMb: rss / 2 ** 20,
      buffersMb: arrayBuffers / 2 ** 20,
      connections,
      bodies,
    };
    process.send?.(holding);
  }),
);
process.on('disconnect', () => process.exit(0));
process.send?.({ port: (server.server.address() as AddressInfo).port });
