import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { startService } from '../../src/main/service.js';
import { openStore } from '../../src/store/store.js';
import { freePort } from '../backfill/servers.js';
import { errorOf, folderWith } from '../unit/helpers.js';

test('the service owns its state file, over a reload and to another one, until it ends', async () => {
  const folder = await folderWith({ 'bugflow.yaml': 'state_file: one.db' });
  const config = join(folder, 'bugflow.yaml');
  // Nobody listens there: what it keeps is another matter.
  const env = { TAIGA_DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/taiga` };
  const start = () =>
    startService({
      source: { file: config, env },
      log: pino({ write: () => undefined }),
      version: '1',
      port: 0,
    });
  const isFree = async (name: string): Promise<boolean> => {
    try {
      (await openStore(join(folder, name), 'own')).close();
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'STATE_FILE_IN_USE' });
      return false;
    }
  };

  const service = await start();
  let open = true;
  onTestFinished(async () => {
    if (open) await service.close();
  });
  expect(await isFree('one.db')).toBe(false);
  expect((await errorOf(start())).code).toBe('STATE_FILE_IN_USE');
  await service.reload();
  expect(await isFree('one.db')).toBe(false);

  writeFileSync(join(folder, 'two.db'), 'no state');
  writeFileSync(config, 'state_file: two.db');
  expect((await errorOf(service.reload())).code).toBe('STATE_FILE');
  expect(await isFree('one.db')).toBe(false);

  writeFileSync(config, 'state_file: three.db');
  await service.reload();
  expect([await isFree('one.db'), await isFree('three.db')]).toEqual([true, false]);
  open = false;
  await service.close();
  expect(await isFree('three.db')).toBe(true);
});
