import type { Random } from '../random.js';
import type { Micros } from './time.js';

/** From 1582, where the time of a UUID begins, to 1970, in units of 100 ns. */
const gregorianOffset = 0x01b21dd213814000n;

/** Makes version 1 UUIDs of one machine in order of time, as for history's primary key. */
export class UuidSource {
  readonly #node: string;
  readonly #clockSequence: string;
  #last = 0n;

  constructor(random: Random) {
    this.#node = `02${hex(random.integer(0, 0xffffff), 6)}${hex(random.integer(0, 0xffff), 4)}`;
    this.#clockSequence = hex(0x8000 | random.integer(0, 0x3fff), 4);
  }

  at(time: Micros): string {
    const ticks = BigInt(time) * 10n + gregorianOffset;
    this.#last = ticks > this.#last ? ticks : this.#last + 1n;
    const digits = this.#last.toString(16).padStart(15, '0');
    return `${digits.slice(7)}-${digits.slice(3, 7)}-1${digits.slice(0, 3)}-${this.#clockSequence}-${this.#node}`;
  }
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
