import type { Environment } from '../config/expand.js';

const INTERVAL_MS = 500;
/** One `&` by itself, as in `serve &`; not `&&`, `2>&1` and `&>`. */
const IN_BACKGROUND = /(?<![&>])&(?![&>])/;

/**
 * Tells when npm, or the shell in which it runs its scripts, is gone. npm passes signals on to that shell only, which ends
 * without passing them on: nobody would be left to stop this process. A script that starts it in the background wants that.
 */
export function watchLauncher(
  env: Environment,
  onGone: () => void,
  parentId: () => number = () => process.ppid,
): void {
  if (env.npm_lifecycle_event === undefined || IN_BACKGROUND.test(env.npm_lifecycle_script ?? '')) return;
  const launcher = parentId();
  const timer = setInterval(() => {
    if (parentId() === launcher) return;
    clearInterval(timer);
    onGone();
  }, INTERVAL_MS).unref();
}
