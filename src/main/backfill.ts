import { type BackfillTarget, runBackfill } from '../backfill/backfill.js';
import { openDataDir } from '../backfill/data-dir.js';
import { createDatabaseTimeline } from '../backfill/database-timeline.js';
import type { Scraped } from '../backfill/first-scrape.js';
import { type KnownBeginning, lookAhead } from '../backfill/look-ahead.js';
import { createProgressReporter } from '../backfill/progress.js';
import { chooseRange, findJoin } from '../backfill/range.js';
import { askReceiver } from '../backfill/receiver.js';
import { remoteWriteTarget } from '../backfill/remote-write.js';
import { findRetention, type Retention } from '../backfill/retention.js';
import { describeRefused } from '../base/refused-file.js';
import { createWorkingSeconds } from '../calendar/working-time.js';
import { WORKING_SECONDS } from '../observability/settings-families.js';
import { createReader } from '../taiga/reader.js';
import type { Installation } from './installation.js';
import { learnValues } from './learned-values.js';
import { openDatabase } from './open-database.js';

export interface BackfillCommandOptions {
  /** Undefined: when the first thing happened. */
  readonly from: Date | undefined;
  /** Undefined: where Prometheus' own samples begin, else now. */
  readonly to: Date | undefined;
  readonly stepMs: number;
  readonly target: BackfillTarget;
  readonly includeRecent: boolean;
  readonly now: Date;
  readonly print: (line: string) => void;
  /** Interrupts it. */
  readonly signal?: AbortSignal | undefined;
}

/** Writes the team's past to where Prometheus finds it. @throws BugflowError */
export async function backfill(installation: Installation, options: BackfillCommandOptions): Promise<void> {
  const { target, print, signal } = options;
  for (const refused of installation.library.refused) print(`warning: ${describeRefused(refused)}`);
  if (await isThereAlready(target, print)) return;
  const { instance } = installation.config.targetLabels;
  if (/^(\*|0\.0\.0\.0|\[::\]):/.test(instance)) {
    print(
      `warning: the series get the label instance="${instance}", after \`listen\`, but nothing scrapes such an address: set prometheus.instance to the target in Prometheus' configuration`,
    );
  }
  const scraped = options.to === undefined ? scrapedBy(target, installation) : undefined;
  const joinsAtMs = scraped && (await findJoin(scraped, print, signal));
  await write(installation, {
    ...options,
    joinsAtMs,
    // Waiting for the first scrape took time, which belongs to the past that is written.
    now: joinsAtMs === undefined ? options.now : new Date(),
  });
}

interface WriteOptions extends BackfillCommandOptions {
  readonly joinsAtMs: number | undefined;
}

async function write({ config, library }: Installation, options: WriteOptions): Promise<void> {
  const { now, target, joinsAtMs, signal } = options;
  const { database } = openDatabase(config, { onIdleError: () => undefined });
  const progress = createProgressReporter({ output: process.stderr });
  const print = (line: string): void => {
    progress.end();
    options.print(line);
  };
  let reading: KnownBeginning | undefined;
  try {
    const { allowSuperuser } = config.database;
    const reader = createReader(database, library.relations, { allowSuperuser });
    const timeline = createDatabaseTimeline({
      collectors: library.collectors,
      reader,
      // As of now, whatever range is written: what became known late belongs to it, too.
      values: (await learnValues(config, reader, now)).past(),
      targetLabels: config.targetLabels,
      computed: [{ name: WORKING_SECONDS.name, valueAt: createWorkingSeconds(config) }],
    });
    const asked = {
      fromMs: options.from?.getTime(),
      toMs: options.to?.getTime(),
      joinsAtMs,
      stepMs: options.stepMs,
    };
    const grid = await chooseRange(asked, {
      nowMs: now.getTime(),
      async firstMs() {
        reading = await lookAhead(timeline);
        return reading.firstMs;
      },
      retention: () => retentionOf(target, signal),
      print,
    });
    await runBackfill(reading?.timeline ?? timeline, {
      ...{ ...grid, joinsAtMs, nowMs: now.getTime(), target, print, signal },
      includeRecent: options.includeRecent,
      onProgress: progress.update,
    });
  } finally {
    progress.end();
    await reading?.close();
    await database.close();
  }
}

/** How long whoever gets the past keeps it; undefined: unknown. */
async function retentionOf(
  target: BackfillTarget,
  signal: AbortSignal | undefined,
): Promise<Retention | undefined> {
  if ('prometheusData' in target) return findRetention({ ...target, folder: target.prometheusData });
  if (!('remoteWrite' in target)) return undefined;
  const { keeps } = await askReceiver(remoteWriteTarget(target.remoteWrite, target.access), signal);
  return keeps?.retention;
}

/** A counter that every project has from its creation on. */
const PROBED_COUNTER = 'taiga_items_created_total';

/** The scrape target whose samples the past must join; undefined where it is not known how to find it. */
function scrapedBy(target: BackfillTarget, { config, library }: Installation): Scraped | undefined {
  if (!('prometheusData' in target) || target.prometheusUrl === undefined) return undefined;
  const isProbed = library.collectors.some(({ metrics }) =>
    metrics.some(({ name }) => name === PROBED_COUNTER),
  );
  if (!isProbed) return undefined;
  const { prometheusUrl, access } = target;
  return { prometheusUrl, access, metric: PROBED_COUNTER, ...config.targetLabels };
}

async function isThereAlready(target: BackfillTarget, print: (line: string) => void): Promise<boolean> {
  if (!('prometheusData' in target) || target.ifAbsent !== true) return false;
  const dataDir = await openDataDir(target.prometheusData);
  await dataDir.recover();
  const [earlier] = await dataDir.present();
  if (earlier) print(`the past from ${earlier.from} to ${earlier.to} is there already: nothing to do`);
  return earlier !== undefined;
}
