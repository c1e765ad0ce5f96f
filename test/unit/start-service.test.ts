import { createServer } from 'node:net';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { startService } from '../../src/main/service.js';
import { freePort } from '../backfill/servers.js';

const log = pino({ level: 'silent' });

test('a part that cannot start leaves nothing behind that listens', async () => {
  const port = await freePort();
  const starting = startService({
    source: { file: undefined, env: { TAIGA_DATABASE_URL: 'postgres://127.0.0.1:1/taiga' } },
    ...{ log, version: '1', port },
    createTicker: () => ({
      start() {
        throw new Error('no clock');
      },
      stop: async () => undefined,
      intervalMs: () => undefined,
    }),
  });
  await expect(starting).rejects.toThrow('no clock');
  const next = createServer();
  onTestFinished(() => void next.close());
  // The port is free again.
  await new Promise<void>((resolve, reject) => {
    next.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
});
