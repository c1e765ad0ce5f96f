import { createHash } from 'node:crypto';
import { BugflowError } from '../base/errors.js';
import { type Access, type HttpTarget, httpTarget } from '../http/http-target.js';
import type { RetryPolicy } from '../http/retry.js';
import { askReceiver, droppedSince, type Receiver } from './receiver.js';
import { createRemoteWriteClient, RETRY, type RemoteWriteClient } from './remote-write-client.js';
import { createRequestBuilder, type RequestLimits } from './remote-write-request.js';
import { DAY_MS } from './retention.js';
import { openState, type SentState } from './state-file.js';
import type { Grid, Step, StepSink } from './steps.js';
import type { Series } from './timeline.js';

export interface RemoteWriteOptions {
  readonly url: string;
  readonly access?: Access | undefined;
  /** Remembers what the receiver has accepted, so that the same command continues there. */
  readonly stateFile: string | undefined;
  readonly grid: Grid;
  readonly nowMs: number;
  readonly series: readonly Series[];
  readonly print: (line: string) => void;
  readonly retry?: RetryPolicy | undefined;
  readonly limits?: RequestLimits | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Receivers refuse large bodies; the gain from larger ones is small. */
const LIMITS: RequestLimits = { samples: 10_000, bytes: 4 * 2 ** 20 };

/** Sends the past to a remote-write receiver, in order of time. Resolves to the number of samples sent. */
export async function backfillRemoteWrite(
  options: RemoteWriteOptions,
  walk: (sink: StepSink, grid: Grid) => Promise<void>,
): Promise<number> {
  const { grid, print } = options;
  const target = remoteWriteTarget(options.url, options.access);
  const state = await openState(options.stateFile, receiverOf(target, options.access), grid);
  const fromMs = state.sentUntilMs === undefined ? grid.fromMs : state.sentUntilMs + grid.stepMs;
  if (state.sentUntilMs !== undefined)
    print(`${target.shown}: continuing at ${new Date(fromMs).toISOString()}`);
  if (fromMs > grid.toMs) return 0;
  const before = await askReceiver(target, options.signal);
  for (const warning of checkReceiver(before, target, options.nowMs - fromMs)) print(warning);

  const stop = new AbortController();
  const client = createRemoteWriteClient({
    target,
    retry: options.retry ?? RETRY,
    resumed: state.sentUntilMs !== undefined,
    uncertain: !state.settled,
    reachesBackMs: options.nowMs - grid.fromMs,
    print,
    signal: options.signal,
    lastAttempt: stop.signal,
  });
  const sender = createSender(client, state, options);
  try {
    await walk(sender, { ...grid, fromMs });
    await sender.finish();
  } catch (error) {
    stop.abort();
    await sender.drain();
    if (!client.isUncertain()) await state.settle();
    throw error;
  } finally {
    await client.close();
  }
  const dropped = droppedSince(before, await askReceiver(target, options.signal));
  if (dropped.length > 0) {
    throw new BugflowError(
      'BACKFILL_RECEIVER',
      `${target.shown} accepted all samples, but has dropped some meanwhile: ${dropped.join(', ')}; fix its settings, then run this again without the state file (its own metrics count those of other senders, too)`,
    );
  }
  return sender.samplesSent();
}

/** @throws BugflowError when it is no URL */
export function remoteWriteTarget(url: string, access: Access | undefined): HttpTarget {
  const target = httpTarget(url, access);
  if (target) return target;
  throw new BugflowError(
    'BACKFILL_USAGE',
    '--remote-write must be a URL like http://localhost:9090/api/v1/write',
  );
}

/** Refuses when the receiver would drop part of the past without a word; returns warnings. */
function checkReceiver({ keeps }: Receiver, { shown }: HttpTarget, reachesBackMs: number): string[] {
  if (!keeps) {
    return [
      `warning: ${shown} does not say how long it keeps samples, and many receivers drop older ones without a word: check its retention (VictoriaMetrics: -retentionPeriod)`,
    ];
  }
  const { name, retention, flagFor } = keeps;
  if (reachesBackMs > retention.timeMs) {
    throw new BugflowError(
      'BACKFILL_RETENTION',
      `${shown} is a ${name} that keeps ${Math.floor(retention.timeMs / DAY_MS)} days and drops older samples without a word: start it with ${flagFor(Math.ceil(reachesBackMs / DAY_MS) + 1)}, or choose a later --from`,
    );
  }
  return retention.size === undefined
    ? []
    : [
        `warning: ${shown} keeps at most ${retention.size} and deletes the oldest samples first when there is more`,
      ];
}

/**
 * The receiver as the state file has it: what stands behind the `?`, the user and the headers name a tenant, or let somebody
 * in, so they are only to be told from others.
 */
function receiverOf({ url }: HttpTarget, access: Access | undefined): string {
  const [address = '', query] = url.split('?');
  const tenant = access?.tenant ?? '';
  const parts = [query, tenant === '' ? undefined : tenant].filter((part) => part !== undefined);
  return parts.length === 0
    ? address
    : `${address}?sha256=${createHash('sha256').update(parts.join('\n')).digest('hex')}`;
}

interface Sender extends StepSink {
  finish(): Promise<void>;
  /** Waits for the current request, even if it fails. */
  drain(): Promise<void>;
  samplesSent(): number;
}

/** Fills one request while the one before is being sent. */
function createSender(client: RemoteWriteClient, state: SentState, options: RemoteWriteOptions): Sender {
  const limits = options.limits ?? LIMITS;
  const builder = createRequestBuilder(options.series, limits);
  let underWay: Promise<void> | undefined;
  let samplesSent = 0;
  let completeUntilMs: number | undefined;

  const dispatch = async (): Promise<void> => {
    if (builder.samples === 0) return;
    const request = builder.build(completeUntilMs);
    await underWay;
    const sending = client.send(request).then(async () => {
      samplesSent += request.samples;
      if (request.completeUntilMs !== undefined) await state.save(request.completeUntilMs);
    });
    // Awaited with the next request; until then a failure must not count as unhandled.
    sending.catch(() => undefined);
    underWay = sending;
  };
  const addAll = async (step: Step): Promise<void> => {
    for (let index = 0; index < options.series.length; index += 1) {
      const value = step.values[index] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      if (builder.isFullFor(index)) await dispatch();
      builder.add(index, step.atMs, value);
    }
    completeUntilMs = step.atMs;
  };

  return {
    async step(step) {
      if (builder.samples + step.present > limits.samples) await dispatch();
      await addAll(step);
    },
    async finish() {
      await dispatch();
      await underWay;
      if (completeUntilMs !== undefined) await state.save(completeUntilMs);
      await state.settle();
    },
    async drain() {
      await underWay?.catch(() => undefined);
    },
    samplesSent: () => samplesSent,
  };
}
