import { Random } from '../../src/demo/random.js';
import { watchFileAccess } from './file-access.js';
import { createLoader } from './load.js';
import { mutate } from './mutate.js';
import { readSeeds, type Seed } from './seeds.js';

/** The answer to the number of a file, which is mutated and loaded here. */
export interface Verdict {
  readonly index: number;
  readonly kind: string;
  readonly accepted: boolean;
  /** What does not hold. */
  readonly finding?: string;
  /** The file, where there is a finding. */
  readonly base64?: string;
  readonly cpuMs: number;
  readonly bytes: number;
}

/** A process of its own: it can be killed when it hangs, and its memory is bounded. */
const [folder = '', seedText = ''] = process.argv.slice(2);
const seeds = readSeeds();
const loader = await createLoader(folder);
const access = watchFileAccess();

process.on('message', (index: number) => {
  void examine(index).then((verdict) => process.send?.(verdict));
});
process.send?.('ready');

async function examine(index: number): Promise<Verdict> {
  // The number alone decides what becomes of which file.
  const random = new Random(Number(seedText) + index * 2 ** 32);
  const seed = pickSeed(random);
  const bytes = mutate(seed, seeds, random);
  const before = process.cpuUsage();
  let accepted = false;
  let finding: string | undefined;
  try {
    accepted = (await loader.load(seed.kind, bytes)) === undefined;
    checkReads(seed, bytes);
  } catch (error) {
    finding = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user, system } = process.cpuUsage(before);
  const rssMb = process.memoryUsage.rss() / 2 ** 20;
  if (rssMb > 700) finding ??= `${Math.round(rssMb)} MB of memory`;
  return {
    index,
    kind: seed.kind,
    accepted,
    cpuMs: (user + system) / 1000,
    bytes: bytes.length,
    ...(finding === undefined ? {} : { finding: finding.slice(0, 2000), base64: bytes.toString('base64') }),
  };
}

/** Most are files that people write. */
function pickSeed(random: Random): Seed {
  const kind = random.weighted<Seed['kind']>([
    ['config', 36],
    ['web', 8],
    ['collector', 36],
    ['relation', 4],
    ['ssh_config', 4],
    ['known_hosts', 4],
    ['text', 8],
  ]);
  return random.pick(seeds.filter((seed) => seed.kind === kind));
}

/** No file beside those that the configuration names. */
function checkReads(seed: Seed, bytes: Buffer): void {
  for (const path of access.takeReads()) {
    if (path.startsWith(folder)) continue;
    if (seed.kind === 'config' && bytes.includes('url_file')) continue;
    if (seed.kind === 'web' && bytes.includes('_file')) continue;
    throw new Error(`${path} was read`);
  }
}
