import { isDeepStrictEqual } from 'node:util';
import type { Installation } from './installation.js';
import type { Part } from './part.js';

/** Starts parts in their order. */
export function startAll(parts: readonly Part[]): void {
  for (const part of parts) part.start?.();
}

/** Stops all parts, the last one first, even when some fail. @throws the first error */
export async function stopAll(parts: readonly Part[]): Promise<void> {
  throwFirst(await failuresOf(parts.toReversed(), (part) => part.stop?.()));
}

/**
 * Gives the next installation to the parts whose settings changed, and to those that are stuck. All of them have ended before
 * the first begins again; the others notice nothing. What happens to one keeps no other from going on. @throws the first error
 */
export async function reloadChanged(
  parts: readonly Part[],
  before: Installation,
  next: Installation,
): Promise<void> {
  const affected = parts.filter(
    (part) => part.isStuck?.() || !isDeepStrictEqual(part.settings?.(before), part.settings?.(next)),
  );
  throwFirst([
    ...(await failuresOf(affected.toReversed(), (part) => part.stop?.())),
    ...(await failuresOf(affected, (part) => part.reload?.(next))),
    ...(await failuresOf(affected, (part) => part.start?.())),
  ]);
}

/** Does it to one part after the other, and to every one. Resolves to what went wrong. */
async function failuresOf(
  parts: readonly Part[],
  act: (part: Part) => Promise<void> | void,
): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (const part of parts) {
    try {
      await act(part);
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}

function throwFirst(failures: readonly unknown[]): void {
  if (failures.length > 0) throw failures[0];
}
