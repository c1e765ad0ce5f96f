import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { createBackoff } from '../../base/backoff.js';
import { createEngine, type Engine, type Handover } from '../../collectors/engine.js';
import type { HeldSeries } from '../../collectors/new-series.js';
import type { CollectorRunner, CollectorState } from '../../collectors/runner.js';
import type { Exposition } from '../../exposition/exposition.js';
import { toSampleFamily } from '../../exposition/sample-families.js';
import type { CreateTicker } from '../../scheduling/cron-ticker.js';
import { parameterValues } from '../../taiga/parameters.js';
import { createCollectorLog } from '../collector-log.js';
import type { Installation } from '../installation.js';
import type { Part } from '../part.js';
import { checkCollectors } from './collectors-check.js';
import { type DatabasePart, databaseSettings } from './database.js';
import { databaseUpFamilies } from './database-families.js';
import type { StatePart } from './state.js';

/** The running collectors. */
export interface CollectorsPart extends Part {
  /** The current engine; a reload replaces it. */
  engine(): Engine;
}

export interface CollectorsPartOptions {
  readonly installation: Installation;
  readonly database: DatabasePart;
  readonly state: StatePart;
  readonly exposition: Exposition;
  readonly log: Logger;
  /** Says when collectors are due. */
  readonly createTicker: CreateTicker;
  /** Called when the state of the collectors has changed. */
  readonly refresh: () => void;
}

/**
 * Runs the collectors and publishes their metrics. A reload keeps what did not change: values stay until the collector has
 * run again, and its counts and what is known about statuses are handed over.
 */
export function createCollectorsPart(options: CollectorsPartOptions): CollectorsPart {
  const { database, state, exposition, log, createTicker, refresh } = options;
  let { installation } = options;
  /** From the stopped engine: new series that are still shown as 0. */
  let heldSeries: ReadonlyMap<string, HeldSeries> = new Map();
  let engine = assemble();

  function assemble(handover?: Handover): Engine {
    const { config, library } = installation;
    const assembled = createEngine({
      config,
      library,
      database: database.current(),
      handover,
      statusStore: state.statuses(),
      createTicker,
      retryDelayMs: createBackoff(),
      publish: (collector, families) => exposition.publish(collector, families.map(toSampleFamily)),
      withdraw: (collector) => exposition.withdraw(collector),
      ...createCollectorLog({ log, refresh, isCircuitOpen: (name) => assembled.openCircuits().has(name) }),
    });
    return assembled;
  }

  /** What the next engine gets from the stopped one; everything else is withdrawn. */
  function handOver(next: Installation): Handover {
    const states = new Map<string, CollectorState>();
    const stillHeld = new Map<string, HeldSeries>();
    for (const runner of engine.runners) {
      const { name } = runner.definition;
      if (isUnchanged(runner, next)) {
        states.set(name, runner.state());
        stillHeld.set(name, heldSeries.get(name) ?? new Map());
      } else exposition.withdraw(name);
    }
    const sameDatabase = isDeepStrictEqual(databaseSettings(installation), databaseSettings(next));
    return {
      databaseUp: engine.databaseUp(),
      states,
      heldSeries: stillHeld,
      statuses: sameDatabase ? engine.statusRecord() : undefined,
    };
  }

  return {
    name: 'collectors',
    engine: () => engine,
    start: () => engine.start(),
    async stop() {
      heldSeries = await engine.stop();
    },
    settings: collectorSettings,
    isStuck: () =>
      database.isStuck() ||
      state.isStuck() ||
      engine.runners.some((runner) => runner.state().lastError !== undefined),
    reload(next) {
      const handover = handOver(next);
      installation = next;
      engine = assemble(handover);
    },
    waitingFor: () => firstRunOf(engine.runners),
    // This metric belongs here because the collectors are what uses the database.
    families: () => databaseUpFamilies(engine.databaseUp()),
    check: (context) => checkCollectors(installation, database.current(), context),
  };
}

/** The collectors that have not run yet, as words; undefined: none. */
export function firstRunOf(runners: readonly CollectorRunner[]): string | undefined {
  const names = runners.filter((runner) => !runner.state().settled).map(({ definition }) => definition.name);
  return names.length === 0 ? undefined : `the first run of ${names.join(', ')}`;
}

const ANY_MOMENT = new Date('2026-01-01T00:00:00Z');

/** The definitions, what their SQL uses, and their schedules. */
function collectorSettings(installation: Installation): unknown {
  const { config, library } = installation;
  return {
    database: databaseSettings(installation),
    collectors: library.collectors,
    relations: library.relations.resolve(
      [...new Set(library.collectors.flatMap((each) => each.relations))],
      () => true,
    ),
    bound: parameterValues(config, ANY_MOMENT),
    calendar: config.calendar,
    timeZone: config.timeZone,
    newSeriesZeroForMs: config.newSeriesZeroForMs,
    maxSeries: config.maxSeries,
    stateFile: config.stateFile,
  };
}

/** Whether a collector did not change, so that its last values may stay until it has run again. */
function isUnchanged({ definition }: CollectorRunner, { library }: Installation): boolean {
  const next = library.collectors.find((candidate) => candidate.name === definition.name);
  return next !== undefined && isDeepStrictEqual(next, definition);
}
