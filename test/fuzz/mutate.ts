// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration writes variables that way.
import { parse, stringify } from 'yaml';
import type { Random } from '../../src/demo/random.js';
import type { Seed } from './seeds.js';

/** One to four changes to a good file, of its structure, its text and its bytes. */
export function mutate(seed: Seed, others: readonly Seed[], random: Random): Buffer {
  let bytes: Buffer = Buffer.from(seed.text);
  const isYaml = ['config', 'web', 'collector'].includes(seed.kind);
  const changes = random.pick([1, 1, 1, 2, 2, 3, 4]);
  if (isYaml && random.chance(0.5)) bytes = Buffer.from(mutateValues(seed.text, changes, random));
  else {
    for (let i = 0; i < changes; i++) {
      if (random.chance(0.7)) bytes = Buffer.from(mutateText(bytes.toString('utf8'), others, random));
      else bytes = mutateBytes(bytes, random);
    }
  }
  // Two kinds of change to one file, now and then.
  return random.chance(0.1) ? mutateBytes(bytes, random) : bytes;
}

type Path = readonly (string | number)[];

function mutateValues(text: string, changes: number, random: Random): string {
  let value: unknown = parse(text);
  for (let i = 0; i < changes; i++) {
    const paths = pathsOf(value);
    const [path, other] = [random.pick(paths), random.pick(paths)];
    value = random.pick([
      () => withAt(value, path, () => hostileValue(random)),
      () => withAt(value, path, () => hostileValue(random)),
      () => withAt(value, path, (old) => hostileText(random, JSON.stringify(old) ?? '')),
      () => withAt(value, path, () => at(value, other)),
      () => withAt(value, path, (old) => [old]),
      () => withAt(value, path, (old) => ({ [random.pick(KEYS)]: old })),
      () => withAt(value, path, () => undefined),
      () => withKey(value, path, random),
    ])();
  }
  const options = { lineWidth: 0, aliasDuplicateObjects: random.chance(0.5) };
  return `${stringify(value, options) ?? ''}\n`;
}

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'url',
  'timezone',
  '',
  '0',
  'metrics',
  '<<',
];

function hostileValue(random: Random): unknown {
  return random.pick<() => unknown>([
    () => random.pick([null, true, false, 0, -1, 1.5, 1e308, -0, Number.NaN, Number.POSITIVE_INFINITY]),
    () => random.pick([2 ** 31, 2 ** 53, 2 ** 53 + 2, 65_536, 1e21]),
    () => ({}),
    () => [],
    () => JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
    () => nested(random.integer(1, 300), random),
    () => Array.from({ length: random.integer(1, 300) }, () => random.pick(KEYS)),
    () => hostileText(random, random.pick(KEYS)),
  ])();
}

function nested(depth: number, random: Random): unknown {
  const inMap = random.chance(0.5);
  let value: unknown = 'x';
  for (let i = 0; i < depth; i++) value = inMap ? { a: value } : [value];
  return value;
}

/** Mostly short; now and then as long as what makes a bad regular expression hang. */
function manyTimes(random: Random): number {
  return random.weighted([
    [random.integer(1, 50), 90],
    [random.integer(50, 5000), 8],
    [random.integer(5000, 100_000), 2],
  ]) as number;
}

function hostileText(random: Random, old: string): string {
  const many = manyTimes(random);
  return random.pick<() => string>([
    () => old.repeat(Math.min(many, Math.ceil(200_000 / (old.length + 1)))),
    () =>
      `${old}${random.pick([' ', '\t', '\n', '\r', '\0', '\x1b[31m', '\u2028', '\u0085', '\ud800', '"', "'", ':'])}`,
    () => `${random.pick(['a', '1', '*', '?', '.', '(', '[', '\\', '%', '{'])}`.repeat(many),
    () =>
      random.pick(['${', '${A:-', '${A', '$${', '${A:-${', '${__proto__}', '${constructor}']).repeat(many),
    () => random.pick(['${A:-x}', '${NOT_SET}', '${toString}', '$', '$$$$$', '${}', '${A:-$}']),
    () => random.pick(['0-99999999 * * * *', '*/0 * * * *', '60 * * * *', '* * * * 1#9', '@yearly']),
    () => `${'1,'.repeat(many)}1 * * * *`,
    () => `${'9'.repeat(many)}d`,
    () => '1m'.repeat(many),
    () => `${'1'.repeat(many)}x`,
    () => `a${' '.repeat(many)}b`,
    () => `${'*a'.repeat(many)}`,
    () =>
      random.pick([
        'postgres://',
        'postgres://%zz@h/d',
        'postgres://u:%E0%A4%A@h',
        'postgres://h/%',
        'postgres://u@h:99999/d',
      ]),
    () =>
      random.pick([
        'postgres://u@h/d?host=%zz',
        'postgres://u@[::1/d',
        'postgres:///d',
        'postgres://u:p@h/d?sslmode=x',
      ]),
    () =>
      random.pick(['$a$', "e'\\'", "'", '"', '/*', '--', '$$', ':now', ':', '::', ':x', ';']).repeat(many),
    () => Array.from({ length: Math.min(many, 20_000) }, (_, i) => `$a${i}$`).join(' '),
    () => random.pick(['../../../etc/passwd', '/nowhere/x', '*/*.yaml', '[a-', '**', '.', '', '\0', 'a\nb']),
  ])();
}

function mutateText(text: string, others: readonly Seed[], random: Random): string {
  const lines = text.split('\n');
  const place = random.integer(0, lines.length - 1);
  const line = lines[place] ?? '';
  const splice = (remove: number, ...added: string[]): string =>
    lines.toSpliced(place, remove, ...added).join('\n');
  const many = manyTimes(random);
  const column = random.integer(0, line.length);
  const insert = (piece: string): string => splice(1, line.slice(0, column) + piece + line.slice(column));
  const afterColon = (piece: string): string => splice(1, line.replace(/: ?/, `: ${piece} `));
  return random.pick<() => string>([
    () => splice(0, line),
    () => splice(1),
    () => splice(1, `${' '.repeat(random.integer(0, 4))}${line.trimStart()}`),
    () => splice(1, `\t${line}`),
    () => splice(0, random.pick(random.pick(others).text.split('\n'))),
    () => insert(hostileText(random, line)),
    () => splice(0, hostileText(random, line)),
    () =>
      insert(
        random
          .pick(['[', '{', '- ', '? ', ': ', '&a ', '*a ', '!', '|', '>', '"', "'", '#', '%', '@', '`'])
          .repeat(many),
      ),
    () =>
      afterColon(
        random.pick([
          '!!js/function',
          '!!binary',
          '!!set',
          '!!timestamp',
          '!x',
          '!!float',
          '!!map',
          '!!null',
          '!<tag:a>',
        ]),
      ),
    () => afterColon(random.pick(['&a', '*a', '*nowhere', '&a *a', '|', '>-', '|9', '[&a x, *a]', '? x'])),
    () => splice(0, '<<: *a', 'x: &a {y: 1}'),
    () => splice(0, ...aliasBomb(random)),
    () => splice(0, `many: [&many x${', *many'.repeat(many)}]`),
    () => splice(0, ...Array.from({ length: Math.min(many, 30_000) }, (_, i) => `k${i}: 1`)),
    () => splice(0, '__proto__: {polluted: true}', 'constructor: {prototype: {polluted: true}}'),
    () => splice(0, random.pick(['---', '...', '%YAML 1.1', '%TAG ! tag:x,1:', '--- !!map'])),
    () => `%YAML 1.1\n---\n${text}`,
    () => `${random.pick(['\ufeff', '\0', '\x01', '\x1b[2J', '\u2028'])}${text}`,
    () => text.replaceAll('\n', random.pick(['\r\n', '\r', '\n\n', '\u2028'])),
    () => text.slice(0, random.integer(0, text.length)),
    () => text + text,
  ])();
}

function aliasBomb(random: Random): string[] {
  const levels = random.integer(3, 12);
  return Array.from({ length: levels }, (_, i) =>
    i === 0
      ? 'b0: &b0 [x, x, x]'
      : `b${i}: &b${i} [${Array(9)
          .fill(`*b${i - 1}`)
          .join(', ')}]`,
  );
}

function mutateBytes(bytes: Buffer, random: Random): Buffer {
  const place = random.integer(0, bytes.length);
  const end = Math.min(bytes.length, place + random.integer(1, 40));
  const around = (...middle: Buffer[]): Buffer =>
    Buffer.concat([bytes.subarray(0, place), ...middle, bytes.subarray(end)]);
  const chance = (length: number): Buffer =>
    Buffer.from(Array.from({ length }, () => random.integer(0, 255)));
  return random.pick([
    () => around(),
    () => around(chance(random.integer(1, 20)), bytes.subarray(place, end)),
    () => around(chance(end - place)),
    () => around(...Array<Buffer>(random.integer(2, 200)).fill(bytes.subarray(place, end))),
    () => around(Buffer.from([random.pick([0, 9, 10, 13, 27, 0x80, 0xc0, 0xed, 0xff])])),
    () => bytes.subarray(0, place),
    () => Buffer.from(bytes.toString('utf8'), 'utf16le'),
  ])();
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (!value || typeof value !== 'object' || path.length > 12) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...keys.flatMap((key) => pathsOf((value as Record<string, unknown>)[key], [...path, key]))];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], value);
}

/** A copy in which what stands at the path is another; undefined removes it. */
function withAt(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (Array.isArray(value)) {
    const item = withAt(value[Number(key)], rest, change);
    return item === undefined ? value.toSpliced(Number(key), 1) : value.with(Number(key), item);
  }
  if (!value || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    name === key ? withAt(item, rest, change) : item,
  ]);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

/** Another key, or one more, in the map at (or around) the path. */
function withKey(value: unknown, path: Path, random: Random): unknown {
  return withAt(value, path, (old) => {
    if (!old || typeof old !== 'object' || Array.isArray(old)) return old;
    const entries = Object.entries(old);
    const added = [random.chance(0.2) ? hostileText(random, 'key') : random.pick(KEYS), hostileValue(random)];
    if (random.chance(0.5)) return Object.fromEntries([...entries, added]);
    const i = random.integer(0, Math.max(0, entries.length - 1));
    return Object.fromEntries(entries.map((entry, j) => (i === j ? [added[0], entry[1]] : entry)));
  });
}
