/** Only what hangs takes so long, however busy the machine is. */
export const HANG_MS = 120_000;
