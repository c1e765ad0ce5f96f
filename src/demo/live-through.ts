import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Micros } from './taiga/time.js';
import type { Simulation } from './team/simulation.js';

/** The event loop gets a turn this often, mainly for signals. */
const TURN_MS = 25;

/** Simulates the past as `liveUntil` does, but lets the event loop run in between. */
export async function liveThrough(simulation: Simulation, end: Micros): Promise<void> {
  let turnAt = performance.now() + TURN_MS;
  for (const _day of simulation.daysUntil(end)) {
    if (performance.now() < turnAt) continue;
    await nextTurn();
    turnAt = performance.now() + TURN_MS;
  }
}
