/** The part of its weight with which a backend begins. */
const LEAST = 0.1;

/**
 * The share of a backend that came back a while ago: it grows from a tenth of the weight to
 * all of it, so that its caches, pools and compiled code can keep up.
 *
 * @param age Since it came back, in milliseconds.
 * @param duration How long it starts slowly, in milliseconds.
 */
export function slowStartShare(weight: number, age: number, duration: number): number {
  if (age >= duration) return weight;
  return weight * (LEAST + (1 - LEAST) * Math.max(0, age) / duration);
}
