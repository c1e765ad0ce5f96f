import { createDatabaseTimeline } from '../../src/backfill/database-timeline.js';
import { readOnce } from '../../src/collectors/reading.js';
import { verifyHistory } from '../../src/collectors/verify.js';
import { createStatusMemory, type StatusRecord } from '../../src/taiga/statuses/status-memory.js';
import { collectorsWith, type Kit } from './kit.js';
import { fallen, type LiveReading, startLiveReading } from './live-reading.js';
import { flatten, Samples, samplesAt, type Table } from './samples.js';

export interface Expectation {
  /** Whether a service that starts without a state file can learn from records all that the running one knows. */
  readonly recordsTell: boolean;
  /** Whether series disappear, because a project does. */
  readonly loses: boolean;
}

/** The differing lines, by the reading that disagrees with the running service. */
export type Disagreements = Readonly<Record<string, readonly string[]>>;

/**
 * All readings of a team's counters: the running service; a new one, without and with a state file, the second also after
 * it was down for a step, and in the two steps after; and the end of the backfill. All must be equal, to the bit.
 */
export class EveryReading {
  readonly #kit: Kit;
  readonly #running: LiveReading;
  readonly #restarted: LiveReading[] = [];
  #record: StatusRecord | undefined;
  #before: Table = {};

  constructor(kit: Kit) {
    this.#kit = kit;
    this.#running = startLiveReading(kit);
  }

  async compare(now: string, { recordsTell, loses }: Expectation): Promise<Disagreements> {
    const running = await this.#running.read(now);
    const disagreements: Record<string, readonly string[]> = {};
    const hold = (who: string, lines: readonly string[]): void => {
      if (lines.length > 0) disagreements[who] = lines;
    };

    for (const second of this.#restarted.slice(-2))
      hold('a second instance', differences(running, await second.read(now)));
    const restarted = startLiveReading(this.#kit, undefined, undefined, asInFile(this.#record));
    this.#restarted.push(restarted);
    hold('one restarted with its state file', differences(running, await restarted.read(now)));
    // It learns of statuses while it counts.
    if (recordsTell)
      hold(
        'one started without a state file',
        differences(running, await startLiveReading(this.#kit).read(now)),
      );
    if (!loses) hold('the step before', fallen(this.#before, running));

    const statuses = await this.#learn(now, recordsTell ? undefined : asInFile(this.#record));
    const values = { ...this.#kit.values(now), statuses };
    const afresh: Table = {};
    for (const name of collectorsWith(this.#kit, 'events')) {
      const { families } = await readOnce(this.#kit.reader, this.#kit.collector(name), values);
      Object.assign(afresh, flatten(families));
    }
    hold('one that starts now', differences(running, afresh));

    const timeline = createDatabaseTimeline({
      collectors: this.#kit.library.collectors,
      reader: this.#kit.reader,
      values,
      targetLabels: {},
    });
    const [end] = await samplesAt(timeline, [Date.parse(now)]);
    const isCounter = this.#isCounter();
    hold(
      'the end of the backfill',
      differences(Samples.ofTable(running).lines(), end?.lines((line) => isCounter(line)) ?? {}),
    );

    const mismatches = await verifyHistory(this.#kit.reader, this.#kit.library.collectors, values);
    hold(
      'gauges at the end of their spans',
      mismatches.map((each) => `${each.metric}${each.labels}: ${each.now} ≠ ${each.spans}`),
    );

    this.#record = this.#running.statusRecord();
    this.#before = running;
    return disagreements;
  }

  async #learn(now: string, before: StatusRecord | undefined): Promise<string> {
    const memory = createStatusMemory({
      reader: this.#kit.reader,
      values: () => this.#kit.values(now),
      before,
    });
    await memory.refresh();
    return memory.parameter();
  }

  #isCounter(): (line: string) => boolean {
    const names = new Set(
      collectorsWith(this.#kit, 'events').flatMap((name) =>
        this.#kit.collector(name).metrics.map((metric) => metric.name),
      ),
    );
    return (line) => {
      const name = /^\w+/.exec(line)?.[0] ?? '';
      return names.has(name) || names.has(name.replace(/_(bucket|sum|count)$/, ''));
    };
  }
}

/** The record after a round trip through the state file. */
function asInFile(record: StatusRecord | undefined): StatusRecord | undefined {
  return record && (JSON.parse(JSON.stringify(record)) as StatusRecord);
}

function differences(one: Table, other: Table): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((line) => !Object.is(one[line], other[line]))
    .map((line) => `${line}: ${one[line]} ≠ ${other[line]}`);
}
