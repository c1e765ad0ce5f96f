/** A seeded random generator (sfc32): the same seed gives the same numbers on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.trunc(seed / 2 ** 32) | 0;
    this.#c = 0x9e3779b9 | 0;
    for (let round = 0; round < 15; round++) this.#next();
  }

  /** At least 0, below 1. */
  fraction(): number {
    return this.#next() / 2 ** 32;
  }

  /** Both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[Math.floor(this.fraction() * choices.length)];
    if (choice === undefined) throw new Error('nothing to pick from');
    return choice;
  }

  /** Picks by weight; undefined if all weights are 0. */
  weighted<T>(choices: readonly (readonly [choice: T, weight: number])[]): T | undefined {
    const total = choices.reduce((sum, [, weight]) => sum + weight, 0);
    let point = this.fraction() * total;
    for (const [choice, weight] of choices) {
      point -= weight;
      if (weight > 0 && point < 0) return choice;
    }
    return undefined;
  }

  shuffled<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => [this.fraction(), item] as const);
    return keyed.sort(([a], [b]) => a - b).map(([, item]) => item);
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}
