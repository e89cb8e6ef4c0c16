/**
 * The groups of backends, and what the service needs behind it.
 *
 * @import { DependencyStatus } from "../../dependencies/dependency_status.ts"
 * @import { Status } from "../../status/status.ts"
 * @import { BackendStatus, UpstreamStatus } from "../../status/upstream_status.ts"
 */
import { confirmAndSend } from "./commands.js";
import { byId, KeyedList, make, makeButton, setText } from "./dom.js";
import { count, milliseconds, timeOfDay, UNKNOWN } from "./format.js";
import { Table } from "./table.js";

/** The upstreams in their section, which is hidden in a server that does not balance. */
export class UpstreamList {
  /** @type {KeyedList<UpstreamStatus>} */
  #list = new KeyedList(byId("groups"), ({ name }) => name, makeGroup);

  /** @param {Status} status */
  show({ upstreams = [] }) {
    byId("upstreams").hidden = upstreams.length === 0;
    this.#list.show(upstreams);
  }
}

/** The dependencies in their section, which is hidden if there are none. */
export class DependencyTable {
  /** @type {Table<DependencyStatus>} */
  #table = new Table(byId("dependency-table"), {
    caption: "Dependencies",
    keyOf: ({ name }) => name,
    toneOf: ({ state, required }) => state !== "down" ? "" : required ? "bad" : "warn",
    nothing: "There are no dependencies.",
    columns: [
      { title: "Name", text: ({ name }) => name },
      { title: "State", text: ({ state }) => withSign(state) },
      { title: "Reason", isProse: true, text: ({ reason }) => reason ?? "" },
      { title: "Since", text: ({ since }) => timeOfDay(since) },
      { title: "Probe", isNumber: true, text: ({ duration_ms }) => milliseconds(duration_ms) },
      { title: "Required", text: ({ required }) => required ? "yes" : "no" },
      { title: "Address", text: ({ url }) => url },
    ],
  });

  /** @param {Status} status */
  show({ dependencies = [] }) {
    byId("dependencies").hidden = dependencies.length === 0;
    this.#table.show(dependencies);
  }
}

/** @param {UpstreamStatus} first */
function makeGroup({ name }) {
  const summary = make("p", { class: "hint" });
  const element = make("div", {}, make("h3", {}, `Group ${name}`), summary);
  /** @type {Table<BackendStatus>} */
  const table = new Table(element, {
    caption: `Backends of ${name}`,
    keyOf: ({ address }) => address,
    toneOf: ({ state, ejected_until }) =>
      state === "down" ? "bad" : state !== "up" || ejected_until !== null ? "warn" : "",
    nothing: "It has no backends.",
    columns: [
      { title: "Backend", text: ({ address, backup }) => `${address}${backup ? ", backup" : ""}` },
      { title: "State", text: backendState },
      { title: "Reason", isProse: true, text: ({ reason }) => reason ?? "" },
      { title: "Since", text: ({ since }) => timeOfDay(since) },
      { title: "In flight", isNumber: true, text: ({ in_flight }) => count(in_flight) },
      { title: "Connects", isNumber: true, text: ({ connects }) => count(connects) },
      { title: "Failures", isNumber: true, text: ({ failures }) => count(failures) },
      { title: "Connecting", isNumber: true, text: ({ latency_ms }) => milliseconds(latency_ms) },
      { title: "Weight", isNumber: true, text: ({ weight }) => count(weight) },
      { title: "Command", fill: (cell, backend) => showButtons(cell, name, backend) },
    ],
  });
  /** @param {UpstreamStatus} group */
  const update = ({ balance, backends = [], totals }) => {
    setText(
      summary,
      `${count(totals?.available)} of ${count(totals?.backends)} available, policy ${
        balance ?? UNKNOWN
      }`,
    );
    table.show(backends);
  };
  return { element, update };
}

/** @param {BackendStatus} backend */
function backendState({ state, ejected_until }) {
  const ejected = ejected_until === null || ejected_until === undefined;
  return withSign(state) + (ejected ? "" : `, not used until ${timeOfDay(ejected_until)}`);
}

/** A state with a sign, so that colour is not all that tells it. @param {string} state */
function withSign(state) {
  const sign = { up: "●", down: "✕", draining: "◐" }[state] ?? "○";
  return `${sign} ${state ?? UNKNOWN}`;
}

/** @param {HTMLElement} cell @param {string} group @param {BackendStatus} backend */
function showButtons(cell, group, { address, state, weight }) {
  if (cell.firstElementChild === null) {
    const path = `backends/${encodeURIComponent(group)}`;
    const buttons = {
      Drain: () => ({
        ...{ path, title: `Drain ${address}?`, action: "Drain" },
        text: "It gets no new clients until it is made ready again, or the server starts anew.",
        body: () => ({ address, state: "drain" }),
        done: () => `${address} gets no new clients`,
      }),
      Ready: () => ({
        ...{ path, title: `Make ${address} ready?`, action: "Make ready" },
        text: "It gets new clients again, unless its health checks fail.",
        body: () => ({ address, state: "ready" }),
        done: () => `${address} is no longer drained`,
      }),
      Weight: () => ({
        ...{ path, title: `Weight of ${address}`, action: "Change" },
        text: "Its share of new clients, beside the weights of the others: 0 is none.",
        undo: { action: "As in the settings", body: { address, weight: null } },
        body: (/** @type {string} */ chosen) => ({ address, weight: Number(chosen) }),
        done: () => `The weight of ${address} has changed`,
        field: { label: "Weight", value: cell.dataset.weight ?? "" },
      }),
    };
    for (const [name, request] of Object.entries(buttons)) {
      const button = makeButton(name, () => void confirmAndSend(request()));
      button.setAttribute("aria-label", `${name} ${address}`);
      cell.append(button);
    }
    cell.classList.add("buttons");
  }
  cell.dataset.weight = String(weight);
  const [drain, ready] = /** @type {HTMLElement[]} */ ([...cell.children]);
  if (drain !== undefined) drain.hidden = state === "draining";
  if (ready !== undefined) ready.hidden = state !== "draining";
}
