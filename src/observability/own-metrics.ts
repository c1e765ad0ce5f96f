import type { Exposition } from '../exposition/exposition.js';
import type { SampleFamily } from '../exposition/format.js';
import { createProcessMetrics } from './process-metrics.js';

/** Keeps the service's own part of the exposition up to date, aside from the scrape path. */
export interface OwnMetrics {
  /** Something changed: publish soon. */
  refresh(): void;
  /** Publishes now. */
  publish(): Promise<void>;
  close(): Promise<void>;
}

/** No collector can be called so: it would take its place. */
const PART = 'the service itself';
/** Process metrics move by themselves. */
const INTERVAL_MS = 5000;
/** Runs tend to end together. */
const DEBOUNCE_MS = 100;

/** @param families what there is to tell now, beside the process's own metrics */
export function createOwnMetrics(
  exposition: Exposition,
  families: () => readonly SampleFamily[],
): OwnMetrics {
  const processMetrics = createProcessMetrics();
  let timer: NodeJS.Timeout | undefined;
  let publishing: Promise<void> = Promise.resolve();
  let closed = false;

  const publish = (): Promise<void> => {
    publishing = publishing.then(async () => {
      if (closed) return;
      await exposition.publish(PART, [...families(), ...(await processMetrics.families())]);
    });
    return publishing;
  };
  const refresh = (): void => {
    if (closed) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void publish();
    }, DEBOUNCE_MS);
    timer.unref();
  };
  const interval = setInterval(refresh, INTERVAL_MS);
  interval.unref();

  return {
    refresh,
    publish,
    async close() {
      closed = true;
      clearInterval(interval);
      clearTimeout(timer);
      processMetrics.close();
      await publishing;
    },
  };
}
