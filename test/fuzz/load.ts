import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseDuration } from '../../src/base/duration.js';
import { BugflowError } from '../../src/base/errors.js';
import { type CollectorDefinition, readCollector, shapes } from '../../src/collectors/definition.js';
import { loadLibrary } from '../../src/collectors/library.js';
import { type Config, loadConfig } from '../../src/config/config.js';
import { parseHostPort } from '../../src/config/host-port.js';
import { describeTarget } from '../../src/database/explain-error.js';
import { createFileWatch } from '../../src/server/web-config/file-watch.js';
import { readWebFile } from '../../src/server/web-config/web-file.js';
import { findKnownKeys } from '../../src/ssh/known-hosts.js';
import { parseSshConfig } from '../../src/ssh/ssh-config-text.js';
import { parameterValues } from '../../src/taiga/parameters.js';
import { compileQuery, mentioned } from '../../src/taiga/sql/compile.js';
import { loadRelations, type RelationLibrary } from '../../src/taiga/sql/relations.js';
import { scanParameters } from '../../src/taiga/sql/scan.js';
import { SHIPPED_FOLDER } from '../unit/helpers.js';
import type { Kind } from './seeds.js';

/** Loads files of a kind, as the service would, and holds against them what must hold. */
export interface Loader {
  /** Resolves to why this file was refused, if it was. @throws Error when something does not hold. */
  load(kind: Kind, bytes: Buffer): Promise<string | undefined>;
}

/** Codes with which a loader may refuse the file itself. */
const CODES: Readonly<Record<Kind, readonly string[]>> = {
  config: ['CONFIG_INVALID', 'CONFIG_UNREADABLE'],
  web: ['CONFIG_INVALID', 'CONFIG_UNREADABLE'],
  collector: ['COLLECTOR_INVALID'],
  relation: ['COLLECTOR_INVALID'],
  ssh_config: ['CONFIG_INVALID'],
  known_hosts: [],
  text: ['COLLECTOR_INVALID'],
};

const MAX_MESSAGE = 2500;

export async function createLoader(folder: string): Promise<Loader> {
  const file = (name: string): string => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    return join(folder, name);
  };
  writeFileSync(file('token'), 'abc-123\n');
  writeFileSync(file('url'), 'postgres://bugflow:secret@db.example.org/taiga\n');
  // A few collectors and all relations: a library that is loaded quickly.
  cpSync(join(SHIPPED_FOLDER, 'relations'), file('metrics/relations'), { recursive: true });
  cpSync(join(SHIPPED_FOLDER, 'items.yaml'), file('metrics/items.yaml'));
  const relations = await loadRelations(file('metrics/relations'));
  const env = { HOME: folder, PASSPHRASE: 'p', JOB: 'j', TAIGA_DATABASE_URL: 'postgres://a@b/c' };
  let loads = 0;

  const load: Readonly<Record<Kind, (path: string) => Promise<void>>> = {
    async config(path) {
      checkConfig(await loadConfig({ file: path, env }));
    },
    async web(path) {
      await readWebFile(path, createFileWatch());
    },
    async collector(path) {
      const definition = await readCollector(path, false);
      checkCollector(definition);
      compileShapes(definition, relations);
      // Reads everything again: not each time.
      if (loads % 20 > 0) return;
      await loadLibrary({
        shippedFolder: file('metrics'),
        ownFiles: [join(dirname(path), '*.yaml')],
        overrides: {},
        configFile: undefined,
      });
    },
    async relation(path) {
      const library = await loadRelations(dirname(path));
      for (const { source } of library.resolve(['project'], () => true)) compileQuery(source, []);
    },
    async ssh_config(path) {
      const settings = parseSshConfig(path, readFileSync(path, 'utf8'))({ host: 'bastion-1.example.org' });
      if (settings.port !== undefined && !(settings.port > 0)) throw new Error(`port ${settings.port}`);
    },
    async known_hosts(path) {
      findKnownKeys(readFileSync(path, 'utf8'), 'bastion.example.org', 2222);
    },
    async text(path) {
      const text = readFileSync(path, 'utf8');
      const ms = parseDuration(text);
      if (ms !== undefined && !(Number.isSafeInteger(ms) && ms >= 0)) throw new Error(`${ms} ms`);
      const listen = parseHostPort(text);
      if (listen && !(listen.port <= 65_535)) throw new Error(`port ${listen.port}`);
      for (const { name, start, end } of scanParameters(text))
        if (text.slice(start, end) !== `:${name}`) throw new Error(`parameter ${name} is not at ${start}`);
      compileQuery({ text, file: path, line: 1 }, []);
    },
  };

  const paths: Readonly<Record<Kind, string>> = {
    config: file('bugflow.yaml'),
    web: file('web.yaml'),
    collector: file('own/own.yaml'),
    relation: file('relations/project.sql'),
    ssh_config: file('ssh_config'),
    known_hosts: file('known_hosts'),
    text: file('text'),
  };

  return {
    async load(kind, bytes) {
      loads++;
      const path = paths[kind];
      // Anew: a file system may take a millisecond to truncate one.
      rmSync(path, { force: true });
      writeFileSync(path, bytes);
      try {
        await load[kind](path);
        return undefined;
      } catch (error) {
        checkError(error, kind, path, bytes);
        return error.message;
      } finally {
        checkPrototypes();
      }
    },
  };
}

function compileShapes(definition: CollectorDefinition, relations: RelationLibrary): void {
  const known = definition.relations.filter((name) => relations.has(name));
  for (const sql of shapes(definition)) {
    const compiled = compileQuery(
      sql,
      relations.resolve(mentioned(known, sql), () => true),
    );
    compiled.locate(Math.floor(compiled.text.length / 2));
  }
}

function checkError(error: unknown, kind: Kind, path: string, bytes: Buffer): asserts error is BugflowError {
  if (!(error instanceof BugflowError)) throw error;
  const { code, message, place } = error;
  const wrong = (what: string): Error =>
    new Error(`${what}: ${code} ${JSON.stringify(message.slice(0, 500))}`);
  if (!CODES[kind].includes(code)) throw wrong('another code');
  if (/\p{Cc}|\u2028|\u2029/u.test(message)) throw wrong('not one clean line');
  if (message.length > MAX_MESSAGE) throw wrong(`${message.length} characters`);
  // What a named file lacks is said with that file's name.
  if (code === 'CONFIG_UNREADABLE' && place === undefined) return;
  if (place?.file !== path) throw wrong(`place in ${place?.file}`);
  const lines = bytes.toString('utf8').split(/\r\n|\n|\r/).length;
  if (place.line === undefined || place.line < 1 || place.line > lines)
    throw wrong(`line ${place.line} of ${lines}`);
}

function checkConfig(config: Config): void {
  checkPlain(config);
  if (!(Number.isInteger(config.listen.port) && config.listen.port <= 65_535)) throw new Error('port');
  for (const [key, value] of Object.entries({ ...config.database, ...config.thresholds, ...config.ssh }))
    if (key.endsWith('Ms') && typeof value === 'number') checkMs(value);
  describeTarget(config.database);
  JSON.stringify(parameterValues(config, new Date(0)));
}

function checkCollector(definition: CollectorDefinition): void {
  checkPlain(definition);
  checkMs(definition.timeoutMs);
  checkMs(definition.staleAfterMs);
  if (!(definition.metrics.length > 0 && shapes(definition).length > 0))
    throw new Error('nothing to collect');
}

function checkMs(ms: number): void {
  if (!Number.isSafeInteger(ms) || ms <= 0) throw new Error(`${ms} ms`);
}

/** Nothing but plain data: strings, numbers, lists, and maps without another prototype. */
function checkPlain(value: unknown): void {
  if (value === null || typeof value !== 'object') {
    if (typeof value === 'function' || typeof value === 'symbol') throw new Error(`a ${typeof value}`);
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`the number ${value}`);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (![Object.prototype, Array.prototype, null].includes(prototype as object))
    throw new Error('no plain data');
  for (const item of Object.values(value)) checkPlain(item);
}

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const PROPERTIES = PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length);

function checkPrototypes(): void {
  for (const [i, prototype] of PROTOTYPES.entries())
    if (Reflect.ownKeys(prototype).length !== PROPERTIES[i]) throw new Error('a prototype was changed');
}
