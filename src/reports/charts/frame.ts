/** The picture and the plot area in it, in units of the picture: CSS scales it to the width that there is. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where texts are largest, on a phone, this is about what a letter takes. */
export const LETTER_WIDTH = 10;
export const LINE_HEIGHT = 22;

/** Space for what stands around the plot area: the unit above, the ticks below, values at the left. */
export function frame({ linesBelow = 1 } = {}): Frame {
  const bottom = 306;
  return {
    width: 640,
    height: bottom + 12 + linesBelow * LINE_HEIGHT,
    left: 62,
    right: 628,
    top: 32,
    bottom,
  };
}

/** A coordinate: more digits than these are not seen. */
export function rounded(coordinate: number): number {
  return Math.round(coordinate * 100) / 100;
}
