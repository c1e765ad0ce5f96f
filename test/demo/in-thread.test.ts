import { expect, onTestFinished, test } from 'vitest';
import { bugflow, createFolder } from '../support/bugflow.js';

test('what goes wrong in the thread of the demo is told as elsewhere', async () => {
  const folder = createFolder();
  onTestFinished(folder.remove);
  const file = folder.write('file', 'no folder');
  const { status, stderr } = await bugflow(['serve', '--port', '0', '--or-demo', `${file}/demo`]);
  expect(status).toBe(1);
  expect(stderr).toContain(`taiga-bugflow: ${file}/demo/demo.json: cannot be read: `);
});
