/** Longer than anything takes that does not hang, however busy the machine is. */
export const HANG_MS = 120_000;
