import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect } from '../../src/main/collect.js';
import { loadInstallation } from '../../src/main/installation.js';
import { type ParsedSample, parseExposition } from './exposition-parser.js';
import { unhurried } from './unhurried.js';

type Labels = Readonly<Record<string, string>>;

/** The samples of an exposition, with queries for tests. */
export class Metrics {
  readonly samples: readonly ParsedSample[];

  constructor(text: string) {
    this.samples = parseExposition(text, 'text').flatMap(({ samples }) => samples);
  }

  /** All series of a metric: the values of these labels, joined by ` | `, and the number. */
  table(name: string, labels: readonly string[], where: Labels = {}): Record<string, number> {
    const table: Record<string, number> = {};
    for (const sample of this.#select(name, where)) {
      const key = labels.map((label) => sample.labels[label] ?? '(no such label)').join(' | ');
      if (key in table) throw new Error(`${name}: ${key} occurs twice`);
      table[key] = sample.value;
    }
    return table;
  }

  /** The sums of a metric's series by some labels, or of all together. */
  sumBy(name: string, labels: readonly string[], where: Labels = {}): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { labels: found, value } of this.#select(name, where)) {
      const key = labels.map((label) => found[label]).join(' | ');
      sums[key] = (sums[key] ?? 0) + value;
    }
    return sums;
  }

  sum(name: string, where: Labels = {}): number {
    return this.#select(name, where).reduce((sum, { value }) => sum + value, 0);
  }

  /** The value of the only series with these labels; undefined when there is none. */
  value(name: string, where: Labels = {}): number | undefined {
    const [found, ...more] = this.#select(name, where);
    if (more.length > 0) throw new Error(`${name}: ${JSON.stringify(where)} fits ${more.length + 1} series`);
    return found?.value;
  }

  names(): string[] {
    return [...new Set(this.samples.map(({ name }) => name))];
  }

  #select(name: string, where: Labels): ParsedSample[] {
    return this.samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(where).every(([label, value]) => sample.labels[label] === value),
    );
  }
}

/** Without zeros: most of a board is empty. */
export function nonZero(table: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(table).filter(([, value]) => value !== 0));
}

export interface MeasureOptions {
  readonly at: string;
  /** Names of collectors; absent: all. */
  readonly collectors?: readonly string[];
  /** The content of the configuration file; absent: only TAIGA_DATABASE_URL is used. */
  readonly config?: string;
  /** Further files in the configuration's folder, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The metrics that `collect` prints for a database: through the command's own code, from the configuration to the text. */
export async function measure(
  url: string,
  { at, collectors = [], config, files }: MeasureOptions,
): Promise<Metrics> {
  const chunks: Buffer[] = [];
  const warnings: string[] = [];
  await withConfigFile(config, files, async (file) => {
    await collect(unhurried(await loadInstallation({ file, env: { TAIGA_DATABASE_URL: url } })), {
      names: collectors,
      now: new Date(at),
      format: 'text',
      write: (bytes) => void chunks.push(bytes),
      warn: (message) => void warnings.push(message),
    });
  });
  if (warnings.length > 0) throw new Error(warnings.join('\n'));
  return new Metrics(Buffer.concat(chunks).toString('utf8'));
}

async function withConfigFile(
  config: string | undefined,
  files: Readonly<Record<string, string>> = {},
  use: (file: string | undefined) => Promise<void>,
): Promise<void> {
  if (config === undefined) return use(undefined);
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-config-'));
  try {
    const file = join(folder, 'bugflow.yaml');
    writeFileSync(file, config);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
