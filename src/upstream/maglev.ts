import { hashText } from "./hash.ts";

/** Prime sizes of tables; the largest is that of the paper. */
const SIZES = [8191, 16_381, 65_537] as const;
/**
 * Slots for each backend, or for the lightest one. With so many, hardly 1% of the slots change
 * without need when one of ten leaves; with a tenth, 2% did.
 */
const SLOTS_EACH = 1000;
/** Beyond so many times the mean weight, a backend takes several slots in a round: it bounds the rounds. */
const MOST_RELATIVE = 16;
const SEEDS = { slot: 0x51_7c_c1, step: 0x27_22_0a, credit: 0x3f_84_d5 } as const;
/** A slot that no backend has yet. */
const EMPTY = 0xffff;

/**
 * A table from hashes to backends in which each has slots in proportion to its weight, and
 * hardly any slot changes its backend when others come and go (Eisenbud et al., "Maglev: A
 * fast and reliable software network load balancer", NSDI 2016, section 3.4). Every backend
 * has a permutation of the slots, which follows from its name; in turn, each takes the next
 * slot of its own that is still empty. A lighter one lets turns pass.
 *
 * @param names Their order counts, too: sorted, or the tables of two lanes may differ.
 * @param weights All positive.
 * @returns For each slot, an index of `names`.
 */
export function maglevTable(names: readonly string[], weights: readonly number[]): Uint16Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const least = weights.reduce((least, weight) => Math.min(least, weight), Infinity);
  const most = weights.reduce((most, weight) => Math.max(most, weight), 0);
  const wanted = SLOTS_EACH * total / least;
  const size = SIZES.find((size) => size >= wanted) ?? SIZES[SIZES.length - 1] ?? 0;
  // The weight that takes a slot in each round.
  const unit = Math.min(most, MOST_RELATIVE * total / names.length);
  const table = new Uint16Array(size).fill(EMPTY);
  const slots = Float64Array.from(names, (name) => hashText(name, SEEDS.slot) % size);
  const steps = Float64Array.from(names, (name) => hashText(name, SEEDS.step) % (size - 1) + 1);
  // Light ones begin at any point, or many would take their first slot in the same round, or never.
  const credits = Float64Array.from(names, (name) => hashText(name, SEEDS.credit) / 2 ** 32);
  for (let left = size; left > 0;) {
    for (let index = 0; index < names.length && left > 0; index++) {
      let credit = (credits[index] ?? 0) + (weights[index] ?? 0) / unit;
      for (; credit >= 1 && left > 0; credit--, left--) takeSlot(table, slots, steps, index);
      credits[index] = credit;
    }
  }
  return table;
}

/** Gives a backend the next slot of its permutation that is empty; there must be one. */
function takeSlot(
  table: Uint16Array,
  slots: Float64Array,
  steps: Float64Array,
  index: number,
): void {
  const step = steps[index] ?? 0;
  let slot = slots[index] ?? 0;
  while (table[slot] !== EMPTY) slot = (slot + step) % table.length;
  table[slot] = index;
  slots[index] = slot;
}
