import type { BoardRow } from "../board_row.ts";
import type { View } from "../view.ts";

/** Chooses backends. A lane has one for each tier of a group; it keeps what it prepares of its view. */
export interface Policy {
  /**
   * Picks an available backend.
   *
   * @param key What the choice may depend on, such as the client's address.
   * @param exclude Backends that were tried already; null for none.
   * @returns Its index in the view; -1 if none is available.
   */
  pick(view: View, key: string, exclude: ReadonlySet<BoardRow> | null): number;
}
