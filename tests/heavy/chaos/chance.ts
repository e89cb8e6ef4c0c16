/** A deterministic random number generator: the same seed makes the same choices. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A generator of its own for a part of the run, so that parts do not disturb each other. */
  fork(): Chance {
    return new Chance(this.below(2 ** 31));
  }

  /** A random number from 0 up to, but not including, 1. */
  fraction(): number {
    // Mulberry32.
    this.#state = this.#state + 0x6d2b79f5 | 0;
    let bits = Math.imul(this.#state ^ this.#state >>> 15, 1 | this.#state);
    bits = bits + Math.imul(bits ^ bits >>> 7, 61 | bits) ^ bits;
    return ((bits ^ bits >>> 14) >>> 0) / 2 ** 32;
  }

  /** A random integer below a limit. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** A random integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** Whether something with this probability happens. */
  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  among<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  /** One of the choices; each is taken in proportion to its weight. */
  weighted<T extends { readonly weight: number }>(choices: readonly T[]): T {
    let point = this.fraction() * choices.reduce((sum, { weight }) => sum + weight, 0);
    for (const choice of choices) if ((point -= choice.weight) < 0) return choice;
    return choices.at(-1) as T;
  }

  shuffled<T>(list: readonly T[]): T[] {
    const left = [...list];
    return Array.from({ length: left.length }, () => {
      const [one] = left.splice(this.below(left.length), 1);
      return one as T;
    });
  }

  /** The time until the next event of a Poisson process, in milliseconds. */
  interval(perSecond: number): number {
    return -Math.log(1 - this.fraction()) / perSecond * 1000;
  }
}
