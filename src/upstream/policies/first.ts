import type { BoardRow } from "../board_row.ts";
import type { View } from "../view.ts";
import type { Policy } from "./policy.ts";

/** How many backends before the one picked last are looked at. */
const WINDOW = 64;

/**
 * The first backend that is available: the others rest until those before them have their
 * `max`. Weights do not count.
 *
 * In a group of more than 64, it may take some picks until one that has room again is
 * noticed: each pick looks at 64 of those before the last one, in turn, not at all of them.
 */
export class First implements Policy {
  #last = 0;
  #next = 0;

  pick(view: View, _key: string, exclude: ReadonlySet<BoardRow> | null): number {
    const end = Math.min(this.#last, view.size);
    const start = this.#next < end ? this.#next : 0;
    const before = find(view, start, Math.min(start + WINDOW, end), exclude);
    this.#next = before < 0 ? start + WINDOW : 0;
    if (before >= 0) return this.#last = before;
    const after = find(view, end, view.size, exclude);
    const found = after >= 0 ? after : find(view, 0, end, exclude);
    this.#last = Math.max(0, found);
    return found;
  }
}

function find(
  view: View,
  start: number,
  end: number,
  exclude: ReadonlySet<BoardRow> | null,
): number {
  for (let index = start; index < end; index++) {
    if (view.isAvailable(index, exclude)) return index;
  }
  return -1;
}
