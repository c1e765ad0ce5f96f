import { latest, matching, orZero, PROJECT } from './select.js';

/** The sprint that is chosen; its name is unique in a project only. */
export const SPRINT = matching(PROJECT, 'sprint="$sprint"');

/** In Unix time, as it was planned at that moment. */
export const SPRINT_START = `min(${latest('taiga_sprint_start_timestamp_seconds', SPRINT)})`;
export const SPRINT_END = `max(${latest('taiga_sprint_end_timestamp_seconds', SPRINT)})`;

/** What the sprint held at the end of its first day; before that is known, what it holds. */
export const COMMITTED_POINTS = `(sum(${latest('taiga_sprint_commitment_points', SPRINT)}) or ${sprintPoints()})`;

export function sprintPoints(offset = ''): string {
  return `sum(${latest('taiga_sprint_points', SPRINT, offset)})`;
}

export function sprintPointsDone(offset = ''): string {
  const done = latest('taiga_sprint_points', matching(SPRINT, 'closed="true"'), offset);
  return orZero(`sum(${done})`, sprintPoints(offset));
}

/** What is left to do. */
export function sprintPointsLeft(offset = ''): string {
  return `(${sprintPoints(offset)} - ${sprintPointsDone(offset)})`;
}

/** How much of the sprint's time has passed, from 0 to 1. */
export const SPRINT_SHARE = `clamp((time() - ${SPRINT_START}) / (${SPRINT_END} - ${SPRINT_START}), 0, 1)`;

/** What would be left now if the sprint burned down evenly. */
export const IDEAL_LEFT = `${COMMITTED_POINTS} * (1 - ${SPRINT_SHARE})`;

export const DAYS_LEFT = `clamp_min(${SPRINT_END} - time(), 0) / 86400`;
