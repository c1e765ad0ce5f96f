import type { Logger } from 'pino';
import { messageOf } from '../base/errors.js';
import type { ConfigSource } from '../config/config.js';
import type { Web } from '../server/web.js';
import { type Installation, loadInstallation } from './installation.js';
import { reloadChanged } from './lifecycle.js';
import type { Part } from './part.js';
import { logRefused } from './refused-files.js';
import type { ReloadState } from './service-families.js';

/** Loads the configuration again, one attempt at a time. */
export interface Reloads {
  /** When the new configuration is wrong, the old one stays in force. @throws BugflowError */
  reload(): Promise<void>;
  /** Resolves when no reload is running. */
  settled(): Promise<void>;
  state(): ReloadState;
}

export interface ReloadsOptions {
  readonly source: ConfigSource;
  /** The installation in force. */
  readonly installation: Installation;
  readonly parts: readonly Part[];
  /** Reads its own file at each attempt, even when the configuration is wrong. */
  readonly web: Pick<Web, 'reload'>;
  readonly log: Logger;
  /** Called when the metrics have changed. */
  readonly refresh: () => void;
  /** Called with each attempt. */
  readonly onReload?: ((outcome: Promise<void>) => void) | undefined;
}

export function createReloads(options: ReloadsOptions): Reloads {
  const { source, parts, web, log, refresh, onReload = () => undefined } = options;
  let { installation } = options;
  let state: ReloadState = { successful: true, succeededAt: Date.now() };
  let last: Promise<void> = Promise.resolve();
  /** One that waits for the attempt before it. */
  let waiting: Promise<void> | undefined;

  /** Does it; where that fails, says what that means. */
  const attempt = async <T>(meaning: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      state = { ...state, successful: false };
      refresh();
      log.error(`${meaning}: ${messageOf(error)}`);
      throw error;
    }
  };
  const load = async (): Promise<Installation> => {
    const next = await loadInstallation(source, installation);
    for (const part of parts) await part.accept?.(next);
    return next;
  };
  const takeOver = async (): Promise<void> => {
    const next = await attempt('the configuration was not loaded, the old one stays in force', load);
    const before = installation;
    installation = next;
    await attempt(
      'the configuration was loaded, but something does not work by it; restart the service',
      () => reloadChanged(parts, before, next),
    );
    log.level = next.config.logLevel;
    state = { successful: true, succeededAt: Date.now() };
    refresh();
    log.info(`configuration loaded: ${next.library.collectors.length} collectors`);
    logRefused(log, next);
  };
  const reloadAll = async (): Promise<void> => {
    const outcomes = await Promise.allSettled([takeOver(), web.reload()]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };

  return {
    reload() {
      // One that has not begun will read what is there by then, for whoever asks meanwhile.
      if (!waiting) {
        waiting = last.then(() => {
          waiting = undefined;
          return reloadAll();
        });
        last = waiting.catch(() => undefined);
      }
      onReload(waiting);
      return waiting;
    },
    settled: () => last,
    state: () => state,
  };
}
