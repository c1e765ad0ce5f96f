import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStatusStore } from '../../src/main/status-store.js';
import { openStateFile } from '../../src/store/state-file.js';

describe('the state file', () => {
  let folder: string;
  const path = (): string => join(folder, 'state.json');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bugflow-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is empty before it is written, and keeps its sections apart', async () => {
    const file = openStateFile(path());
    expect(await file.read('statuses')).toBeUndefined();
    await file.write('statuses', { a: 1 });
    await file.write('posts', ['b']);
    const again = openStateFile(path());
    expect(await again.read('statuses')).toEqual({ a: 1 });
    expect(await again.read('posts')).toEqual(['b']);
    // Nobody else's business.
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['no JSON', 'taiga_items 5', 'is no state file of taiga-bugflow; name another one, or move it away'],
    ['something else', '{"a": 1}', 'is no state file of taiga-bugflow; name another one, or move it away'],
    ['a list', '[]', 'is no state file of taiga-bugflow; name another one, or move it away'],
    [
      'of another version',
      '{"version": 99}',
      'was written by another version of taiga-bugflow; move it away',
    ],
    ['damaged', '{"version": 1, "statuses": {"untilMicros": "x"}}', 'is damaged; move it away'],
  ])('is refused when it is %s, and left as it is', async (_what, content, problem) => {
    writeFileSync(path(), content);
    const store = openStatusStore({ stateFile: path() });
    await expect(store?.read()).rejects.toMatchObject({
      code: 'STATE_FILE',
      message: `state_file: ${path()} ${problem}`,
    });
    expect(readFileSync(path(), 'utf8')).toBe(content);
  });

  it('that cannot be written is told of once', async () => {
    const warnings: string[] = [];
    const store = openStatusStore({ stateFile: join(folder, 'missing', 'state.json') }, (message) =>
      warnings.push(message),
    );
    const record = { untilMicros: 1, statuses: [] };
    await store?.write(record);
    await store?.write(record);
    expect(warnings).toEqual([expect.stringContaining('cannot be written: ')]);
  });
});
