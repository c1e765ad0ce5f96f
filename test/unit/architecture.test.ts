import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));
const PAGE = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');

const rooms = readdirSync(SOURCE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The arrows of the drawing, with all that follows along several. */
function drawnArrows(): Map<string, Set<string>> {
  const arrows = new Map<string, Set<string>>();
  for (const [, from = '', to = ''] of PAGE.matchAll(/^ {2}([a-z& ]+) --> ([a-z& ]+)$/gm))
    for (const room of from.split(' & '))
      arrows.set(room, new Set([...(arrows.get(room) ?? []), ...to.split(' & ')]));
  const reach = (room: string, found = new Set<string>()): Set<string> => {
    for (const next of arrows.get(room) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      reach(next, found);
    }
    return found;
  };
  return new Map(rooms.map((room) => [room, reach(room)]));
}

/** `room → other room: file`, of each import from one room into another. */
function* importsBetweenRooms(): Iterable<{
  readonly from: string;
  readonly to: string;
  readonly file: string;
}> {
  for (const entry of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.ts') || !entry.includes('/')) continue;
    const text = readFileSync(join(SOURCE, entry), 'utf8');
    for (const [, path = ''] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const target = relative(SOURCE, join(SOURCE, dirname(entry), path));
      const [from = '', to = ''] = [entry.split('/')[0], target.split('/')[0]];
      if (from !== to) yield { from, to, file: entry };
    }
  }
}

describe('docs/architecture.md', () => {
  test('names every room', () => {
    const named = [...PAGE.matchAll(/^\| ((?:`[a-z]+`(?:, )?)+) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([a-z]+)`/g)].map(([, room]) => room),
    );
    expect(named.sort()).toEqual([...rooms].sort());
  });

  test('draws every arrow, and none goes back', () => {
    const drawn = drawnArrows();
    const missing = new Set<string>();
    for (const { from, to, file } of importsBetweenRooms())
      if (!drawn.get(from)?.has(to)) missing.add(`${from} → ${to}: ${file}`);
    expect([...missing]).toEqual([]);
    for (const [room, reached] of drawn) expect(reached.has(room), `${room} reaches itself`).toBe(false);
  });
});
