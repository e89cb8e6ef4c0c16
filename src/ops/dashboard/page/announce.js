/** What screen readers say of changes: politely, and only of what matters. */
import { byId, make } from "./dom.js";

/** How many announcements are kept; those of a second must not drive out each other. */
const KEPT = 6;

/** @param {string} text */
export function announce(text) {
  const region = byId("announcements");
  region.append(make("p", {}, text));
  while (region.children.length > KEPT) region.firstElementChild?.remove();
}
