import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Micros } from './taiga/time.js';
import type { Simulation } from './team/simulation.js';

/** Others – a signal, above all – get their turn this often. */
const TURN_MS = 25;

/** Lives through the past as `liveUntil` does, and leaves the process to others in between. */
export async function liveThrough(simulation: Simulation, end: Micros): Promise<void> {
  let turnAt = performance.now() + TURN_MS;
  for (const _day of simulation.daysUntil(end)) {
    if (performance.now() < turnAt) continue;
    await nextTurn();
    turnAt = performance.now() + TURN_MS;
  }
}
