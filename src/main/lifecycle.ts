import { isDeepStrictEqual } from 'node:util';
import type { Installation } from './installation.js';
import type { Part } from './part.js';

/** Starts parts, in their order. */
export function startAll(parts: readonly Part[]): void {
  for (const part of parts) part.start?.();
}

/** Stops parts, the last one first; every one, whatever happens to another. @throws the first error */
export async function stopAll(parts: readonly Part[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts.toReversed()) {
    try {
      await part.stop?.();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/**
 * Gives the next installation to the parts whose settings changed, and to those that are stuck. All of them have ended before
 * the first begins again; the others notice nothing.
 */
export async function reloadChanged(
  parts: readonly Part[],
  before: Installation,
  next: Installation,
): Promise<void> {
  const affected = parts.filter(
    (part) => part.isStuck?.() || !isDeepStrictEqual(part.settings?.(before), part.settings?.(next)),
  );
  try {
    await stopAll(affected);
  } finally {
    for (const part of affected) part.reload?.(next);
    startAll(affected);
  }
}
