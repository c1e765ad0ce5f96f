import type { Exposition } from '../exposition/exposition.js';
import { createProcessMetrics, ownFamilies, type ServiceFacts } from './own-families.js';

/** Keeps the service's own part of the exposition up to date, aside from the scrape path. */
export interface OwnMetrics {
  /** Something changed: publish soon. */
  refresh(): void;
  /** Publishes now. */
  publish(): Promise<void>;
  close(): Promise<void>;
}

const PART = 'bugflow';
/** Process metrics move by themselves. */
const INTERVAL_MS = 5000;
/** Runs tend to end together. */
const DEBOUNCE_MS = 100;

export function createOwnMetrics(exposition: Exposition, facts: () => ServiceFacts): OwnMetrics {
  const processMetrics = createProcessMetrics();
  let timer: NodeJS.Timeout | undefined;
  let publishing: Promise<void> = Promise.resolve();
  let closed = false;

  const publish = (): Promise<void> => {
    publishing = publishing.then(async () => {
      if (closed) return;
      await exposition.publish(PART, [...ownFamilies(facts()), ...(await processMetrics.families())]);
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
