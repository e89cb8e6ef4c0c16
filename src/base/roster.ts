/**
 * Members that come and go all the time, in no order. Each has a place, by which it leaves.
 *
 * Not a Set: whenever that is full, it moves to another table, and the garbage it leaves behind
 * refers to the new table. One such piece of garbage that has become old keeps all tables that
 * follow alive until the next full collection, with all that was in them. For the connections of
 * a busy server that was a quarter of what they allocate, copied again and again.
 */
export class Roster<T> {
  /** By place; null where there is none. */
  readonly #members: (T | null)[] = [];
  readonly #free: number[] = [];
  #size = 0;

  /** How many members there are. */
  get size(): number {
    return this.#size;
  }

  /** Adds a member, and returns its place. */
  add(member: T): number {
    this.#size++;
    const place = this.#free.pop();
    if (place === undefined) return this.#members.push(member) - 1;
    this.#members[place] = member;
    return place;
  }

  /** Removes a member from its place; has no effect if it is no longer there. */
  delete(member: T, place: number): void {
    if (this.#members[place] !== member) return;
    this.#members[place] = null;
    this.#free.push(place);
    if (--this.#size > 0) return;
    // Gives the memory of a burst back.
    this.#members.length = 0;
    this.#free.length = 0;
  }

  /** The members, including those that are added meanwhile where others have left. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (const member of this.#members) if (member !== null) yield member;
  }
}
