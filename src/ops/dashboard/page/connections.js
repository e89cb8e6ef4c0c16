/**
 * The open connections, listed while they are looked at.
 *
 * @import { ConnectionList, ConnectionStatus } from "../../admin/command.ts"
 */
import { call, confirmAndSend } from "./commands.js";
import { byId, makeButton, setText } from "./dom.js";
import { bytes, count, counted, duration } from "./format.js";
import { Table } from "./table.js";

/** Milliseconds between two lists. */
const EACH = 2000;
const MOST = 50;

/** Lists the connections while their section is open. */
export class ConnectionTable {
  #details = /** @type {HTMLDetailsElement} */ (byId("connection-details"));
  #peer = /** @type {HTMLInputElement} */ (byId("peer"));
  #phase = /** @type {HTMLSelectElement} */ (byId("phase"));
  /** Rises with each list that is asked for, so that an earlier one is not shown later. */
  #asked = 0;
  /** @type {Table<ConnectionStatus>} */
  #table = new Table(byId("connection-table"), {
    caption: "Open connections",
    keyOf: ({ id }) => id,
    nothing: "There are none that match.",
    columns: [
      { title: "Client", text: ({ peer }) => peer },
      { title: "Serves", text: ({ request }) => request ?? "" },
      { title: "Phase", text: ({ phase, phase_s }) => `${phase}, ${duration(phase_s)}` },
      { title: "Age", isNumber: true, text: ({ age_s }) => duration(age_s) },
      { title: "Lane", isNumber: true, text: ({ lane }) => count(lane) },
      { title: "Requests", isNumber: true, text: ({ requests }) => count(requests) },
      { title: "In", isNumber: true, text: ({ bytes_in }) => bytes(bytes_in) },
      { title: "Out", isNumber: true, text: ({ bytes_out }) => bytes(bytes_out) },
      { title: "Backend", text: ({ upstream }) => upstream?.address ?? upstream?.group ?? "" },
      { title: "Command", fill: (cell, connection) => this.#showClose(cell, connection) },
    ],
  });

  constructor() {
    for (
      const [element, event] of /** @type {const} */ ([
        [this.#details, "toggle"],
        [this.#peer, "input"],
        [this.#phase, "change"],
      ])
    ) {
      element.addEventListener(event, () => void this.refresh());
    }
    setInterval(() => void this.refresh(), EACH);
  }

  /** Asks for the list, if it is looked at. */
  async refresh() {
    if (!this.#details.open || document.hidden) return;
    const number = ++this.#asked;
    const query = new URLSearchParams({ limit: String(MOST) });
    if (this.#peer.value.trim() !== "") query.set("peer", this.#peer.value.trim());
    if (this.#phase.value !== "") query.set("phase", this.#phase.value);
    try {
      const list = await call(`connections?${query}`);
      if (number === this.#asked) this.#show(list);
    } catch (error) {
      if (number !== this.#asked) return;
      byId("connection-table").hidden = true;
      setText(byId("connection-summary"), error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {ConnectionList} list */
  #show({ total, connections = [], silent_lanes: silent = [] }) {
    const shown = total > connections.length
      ? `, the ${count(connections.length)} oldest below`
      : "";
    const unheard = silent.length > 0 ? `; no answer from ${counted(silent.length, "lane")}` : "";
    setText(byId("connection-summary"), `${counted(total, "connection")}${shown}${unheard}`);
    byId("connection-table").hidden = false;
    this.#table.show(connections);
  }

  /** @param {HTMLElement} cell @param {ConnectionStatus} connection */
  #showClose(cell, { id, peer }) {
    if (cell.firstElementChild !== null) return;
    const button = makeButton("Close", () =>
      void confirmAndSend({
        path: `connections/${encodeURIComponent(id)}`,
        title: `Close the connection of ${peer}?`,
        text: "What it is being served is cut short.",
        action: "Close",
        done: () => `The connection of ${peer} is closed`,
      }).then(() => this.refresh()));
    button.setAttribute("aria-label", `Close ${peer}`);
    cell.append(button);
    cell.classList.add("buttons");
  }
}
