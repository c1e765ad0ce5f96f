import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isInstalled } from '../backfill/servers.js';
import { ROOT } from '../support/bugflow.js';
import { folderWith } from '../unit/helpers.js';

const FOLDER = join(ROOT, 'systemd');
const UNITS = readdirSync(FOLDER).sort();
const SERVICES = UNITS.filter((name) => name.endsWith('.service'));

function textOf(unit: string): string {
  return readFileSync(join(FOLDER, unit), 'utf8');
}

function analyze(...args: string[]) {
  return spawnSync('systemd-analyze', [...args], { encoding: 'utf8' });
}

describe.skipIf(!isInstalled('systemd-analyze'))('systemd-analyze (skipped without systemd-analyze)', () => {
  it('finds no fault with the units', async () => {
    // It wants the program to be there; where npm puts it is not for a test to know.
    const units = UNITS.map((name) => [name, textOf(name).replace('/usr/bin/taiga-bugflow', '/bin/true')]);
    const folder = await folderWith(Object.fromEntries(units));
    const { status, stdout, stderr } = analyze('verify', ...UNITS.map((name) => join(folder, name)));
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it.each(SERVICES)('finds %s well confined', (unit) => {
    // In tenths: 0 is best, 100 is what a unit without any confinement gets.
    const { status, stdout } = analyze('security', '--offline=true', '--threshold=20', join(FOLDER, unit));
    expect(status, stdout).toBe(0);
  });
});

it('the documentation names every unit', () => {
  const pages = ['docs/systemd.md', 'docs/textfile.md'].map((page) => readFileSync(join(ROOT, page), 'utf8'));
  for (const unit of UNITS) expect(pages.join('')).toContain(unit);
});

it('the package has the units', () => {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
  expect(files).toContain('systemd');
});
