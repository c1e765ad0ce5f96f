import type { Logger } from 'pino';
import { messageOf } from '../base/errors.js';
import { FAILURES_TO_OPEN } from '../collectors/circuit-breaker.js';
import type { EngineDependencies, RunnerEvent } from '../collectors/engine.js';
import type { CollectorRunner } from '../collectors/runner.js';
import type { OpenCircuit } from '../collectors/scheduler.js';
import type { Mismatch } from '../collectors/verify.js';
import { describeMissing } from '../taiga/schema.js';
import { explainFileRights } from './file-rights.js';

/** The engine's callbacks. */
export type EngineListener = Pick<
  EngineDependencies,
  'onChange' | 'onCircuit' | 'onFileRights' | 'onProgress' | 'onTimeZone' | 'onVerified'
>;

export interface CollectorLogOptions {
  readonly log: Logger;
  /** Whether the collector with this name is only tried now and then. */
  readonly isCircuitOpen: (collector: string) => boolean;
  /** Called when the state of the collectors has changed. */
  readonly refresh: () => void;
}

/** Writes the engine's events to the log. */
export function createCollectorLog({ log, isCircuitOpen, refresh }: CollectorLogOptions): EngineListener {
  return {
    onFileRights: (rights) => log.warn(explainFileRights(rights)),
    onTimeZone: (difference) => log.warn(difference),
    onProgress: createProgressLog(log),
    onVerified(collector, result) {
      logVerified(log, collector, result);
      refresh();
    },
    onChange(runner, event) {
      logRun(log, runner, event, isCircuitOpen(runner.definition.name));
      refresh();
    },
    onCircuit(runner, circuit) {
      logCircuit(log, runner, circuit);
      refresh();
    },
  };
}

const PROGRESS_LOG_MS = 5000;

function logRun(log: Logger, runner: CollectorRunner, event: RunnerEvent, circuitOpen: boolean): void {
  const { name } = runner.definition;
  const state = runner.state();
  if (event === 'success')
    log.debug({ collector: name, series: state.series, durationMs: state.lastDurationMs }, 'collected');
  // The log already said that it keeps failing when its circuit opened.
  if (event === 'failure')
    log[circuitOpen ? 'debug' : 'error']({ collector: name }, `collector failed: ${state.lastError ?? ''}`);
  if (event === 'skipped') log.warn({ collector: name }, 'collector is still running; this run is skipped');
  if (event === 'off')
    log.debug({ collector: name }, `collector is off: it ${describeMissing(state.missing)}`);
  if (event === 'stale') log.error({ collector: name }, 'collector keeps failing: its series are withdrawn');
}

function logCircuit(log: Logger, { definition }: CollectorRunner, circuit: OpenCircuit | undefined): void {
  const collector = definition.name;
  if (circuit)
    log.error(
      { collector },
      `collector failed ${FAILURES_TO_OPEN} times in a row: from now on it is only tried now and then, next in ${Math.round(circuit.nextTryInMs / 1000)} s`,
    );
  else log.info({ collector }, 'collector works again: back to its schedule');
}

/** Logs every few seconds how far a long reading is; short ones are over before. */
function createProgressLog(log: Logger): (collector: string, ratio: number) => void {
  const spokenAt = new Map<string, number>();
  return (collector, ratio) => {
    const last = spokenAt.get(collector) ?? performance.now();
    if (ratio === 1) {
      spokenAt.delete(collector);
    } else if (performance.now() - last > PROGRESS_LOG_MS) {
      log.info({ collector }, `reading history: ${Math.floor(ratio * 100)} %`);
      spokenAt.set(collector, performance.now());
    } else {
      spokenAt.set(collector, last);
    }
  };
}

function logVerified(log: Logger, collector: string, result: readonly Mismatch[] | Error): void {
  if (result instanceof Error) {
    log.warn({ collector }, `the past could not be verified: ${messageOf(result)}`);
  } else if (result.length > 0) {
    const { metric, labels, now, spans } = result[0] ?? { metric: '', labels: '', now: 0, spans: 0 };
    log.warn(
      { collector },
      `past and present disagree in ${result.length} series, such as ${metric}${labels}: ${now} now, ${spans} by history`,
    );
  }
}
