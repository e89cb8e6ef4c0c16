/** Tables that follow their data. */
import { KeyedList, make, setText } from "./dom.js";

/**
 * @template T
 * @typedef {object} Column
 * @property {string} title
 * @property {boolean} [isNumber] Whether it is aligned to the right.
 * @property {boolean} [isProse] Whether its lines are broken.
 * @property {(item: T) => string} [text]
 * @property {(cell: HTMLElement, item: T) => void} [fill] Instead of `text`; called for each change.
 */

/**
 * A table in a frame that scrolls sideways where the screen is narrow.
 *
 * @template T
 */
export class Table {
  /**
   * @param {HTMLElement} frame
   * @param {object} shape
   * @param {string} shape.caption
   * @param {Column<T>[]} shape.columns The first one names the row.
   * @param {(item: T) => string} shape.keyOf
   * @param {(item: T) => string} [shape.toneOf] `bad`, `warn`, `new`, `gone`, or nothing.
   * @param {string} shape.nothing What to say if there is no row.
   */
  constructor(frame, { caption, columns, keyOf, toneOf, nothing }) {
    const body = make("tbody");
    const titles = columns.map(({ title, isNumber = false }) =>
      make("th", { scope: "col", ...(isNumber && { class: "number" }) }, title)
    );
    this.empty = make("p", { class: "hint" }, nothing);
    this.scroller = make(
      "div",
      { class: "table", tabindex: 0, role: "region", "aria-label": `Table: ${caption}` },
      make(
        "table",
        {},
        make("caption", { class: "unseen" }, caption),
        make("thead", {}, make("tr", {}, ...titles)),
        body,
      ),
    );
    frame.append(this.empty, this.scroller);
    this.list = new KeyedList(body, keyOf, () => makeRow(columns, toneOf ?? (() => "")));
    this.show([]);
  }

  /** @param {readonly T[]} items */
  show(items) {
    this.empty.hidden = items.length > 0;
    this.scroller.hidden = items.length === 0;
    this.list.show(items);
  }
}

/**
 * @template T
 * @param {Column<T>[]} columns
 * @param {(item: T) => string} toneOf
 */
function makeRow(columns, toneOf) {
  const cells = columns.map(({ isNumber = false, isProse = false }, i) =>
    make(i === 0 ? "th" : "td", {
      ...(i === 0 && { scope: "row" }),
      ...(isNumber && { class: "number" }),
      ...(isProse && { class: "prose" }),
    })
  );
  const element = make("tr", {}, ...cells);
  /** @param {T} item */
  const update = (item) => {
    element.dataset.tone = toneOf(item);
    for (const [i, cell] of cells.entries()) {
      const column = columns[i];
      if (column?.fill !== undefined) column.fill(cell, item);
      else setText(cell, column?.text?.(item) ?? "");
    }
  };
  return { element, update };
}
