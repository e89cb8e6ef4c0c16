/** Elements of the page. */

/**
 * Finds an element that the page has.
 *
 * @param {string} id
 * @returns {HTMLElement}
 * @throws {Error} If there is none.
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`Cannot find #${id}: expected it in the page`);
  return element;
}

/**
 * Makes an element. Attributes that are false are left out, and text needs no escaping.
 *
 * @param {string} name
 * @param {Record<string, string | number | boolean>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElement}
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(key, String(value));
  }
  element.append(...children);
  return element;
}

/**
 * Makes a button.
 *
 * @param {string} text
 * @param {() => void} press
 * @returns {HTMLElement}
 */
export function makeButton(text, press) {
  const button = make("button", { type: "button" }, text);
  button.addEventListener("click", press);
  return button;
}

/**
 * Changes a text, unless it is the same: selections and screen readers stay undisturbed.
 *
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Keeps the children of an element true to a list: what stays keeps its element, and its focus.
 *
 * @template T
 */
export class KeyedList {
  /** @type {Map<string, { element: HTMLElement, update: (item: T) => void }>} */
  #shown = new Map();

  /**
   * @param {Element} parent
   * @param {(item: T) => string} keyOf Differs between the items of a list.
   * @param {(item: T) => { element: HTMLElement, update: (item: T) => void }} makeChild
   */
  constructor(parent, keyOf, makeChild) {
    this.parent = parent;
    this.keyOf = keyOf;
    this.makeChild = makeChild;
  }

  /** @param {readonly T[]} items */
  show(items) {
    const keys = new Set(items.map(this.keyOf));
    for (const [key, { element }] of this.#shown) {
      if (keys.has(key)) continue;
      element.remove();
      this.#shown.delete(key);
    }
    for (const [i, item] of items.entries()) {
      const key = this.keyOf(item);
      const child = this.#shown.get(key) ?? this.makeChild(item);
      this.#shown.set(key, child);
      child.update(item);
      const there = this.parent.children[i] ?? null;
      if (there !== child.element) this.parent.insertBefore(child.element, there);
    }
  }
}
