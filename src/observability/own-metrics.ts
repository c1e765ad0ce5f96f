import type { Exposition } from '../exposition/exposition.js';
import type { SampleFamily } from '../exposition/format.js';
import { createProcessMetrics } from './process-metrics.js';

/** Keeps the service's own metrics in the exposition up to date, independent of scrapes. */
export interface OwnMetrics {
  /** Publishes soon, because something changed. */
  refresh(): void;
  /** Publishes now. */
  publish(): Promise<void>;
  close(): Promise<void>;
}

/** No collector can be called so: it would take its place. */
const PART = 'the service itself';
/** Process metrics move by themselves. */
const INTERVAL_MS = 5000;
/** Runs often end at about the same time. */
const DEBOUNCE_MS = 100;

/** @param families gives the service's current metrics, without those of the process */
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
