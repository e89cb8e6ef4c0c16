/**
 * What the server is, and what is wrong with it.
 *
 * @import { Blocked, Snapshot } from "../../status/snapshot.ts"
 * @import { Status } from "../../status/status.ts"
 * @import { UpstreamStatus } from "../../status/upstream_status.ts"
 */
import { announce } from "./announce.js";
import { byId, KeyedList, make, setText } from "./dom.js";
import { count, duration, UNKNOWN } from "./format.js";

/** How many backends that are down have a line each. */
const FEW = 3;

/** @typedef {{ key: string, text: string, tone: "bad" | "warn" }} Problem */

/** The header and the list of problems. */
export class Health {
  /** @type {KeyedList<Problem>} */
  #problems = new KeyedList(byId("problems"), ({ key }) => key, makeProblem);
  /** @type {ReadonlySet<string>} */
  #known = new Set();
  /** @type {KeyedList<[string, string]>} */
  #facts = new KeyedList(byId("facts"), ([name]) => name, makeFact);
  #state = "";

  /** @param {Snapshot} snapshot */
  show({ status, readiness, blocked = [] }) {
    const state = `${capitalized(status?.state ?? "starting")}, ${
      readiness?.ready ? "ready" : "not ready"
    }`;
    const badge = byId("state");
    badge.dataset.tone = readiness?.ready ? "good" : "bad";
    setText(byId("state-text"), state);
    if (this.#state !== "" && this.#state !== state) announce(state);
    this.#state = state;
    if (status !== null && status !== undefined) this.#showFacts(status);
    const blockedLanes = new Set(blocked.map(({ lane }) => lane));
    const problems = [
      ...(readiness?.reasons ?? []).map(({ message }) => problem(`Not ready: ${message}`, "bad")),
      ...blocked.map((one) => problem(blockedText(one), "bad", `blocked ${one.lane}`)),
      ...problemsOf(status, blockedLanes),
    ];
    byId("no-problem").hidden = problems.length > 0;
    for (const { key, text } of problems) {
      if (!this.#known.has(key)) announce(text);
    }
    this.#known = new Set(problems.map(({ key }) => key));
    this.#problems.show(
      problems.filter(({ key }, i) => problems.findIndex((other) => other.key === key) === i),
    );
  }

  /** @param {Status} status */
  #showFacts({ service, mode, version, uptime_s, generation, addresses, limits, pid }) {
    setText(byId("service"), service ?? "Sluice");
    const title = `${service ?? "Sluice"}: Sluice`;
    if (document.title !== title) document.title = title;
    const lanes = limits?.min_lanes === limits?.max_lanes
      ? count(limits?.max_lanes)
      : `${count(limits?.min_lanes)} to ${count(limits?.max_lanes)}`;
    this.#facts.show([
      ["Mode", mode ?? UNKNOWN],
      ["Lanes", lanes],
      ["Up for", duration(uptime_s)],
      ["Generation", count(generation)],
      ["Process", pid === undefined ? UNKNOWN : `${pid}`],
      ["Version", version ?? UNKNOWN],
      ["Listens on", (addresses ?? []).join(", ") || UNKNOWN],
    ]);
  }
}

/** @param {Blocked} blocked */
function blockedText({ lane, for_s, connection, peer }) {
  const by = connection === null
    ? ""
    : `, last turned to connection ${connection}${peer === null ? "" : ` of ${peer}`}`;
  return `Lane ${lane} is blocked for ${duration(for_s)}${by}`;
}

/** Those of a group, in one line each, as long as they are few. @param {UpstreamStatus} group @returns {Problem[]} */
function backendProblems({ name, backends = [] }) {
  const down = backends.filter(({ state }) => state === "down");
  if (down.length > FEW) {
    const text = `${count(down.length)} of ${count(backends.length)} backends of ${name} are down`;
    return [problem(text, "warn", `backends ${name}`)];
  }
  return down.map(({ address, reason }) =>
    problem(`Backend ${address} of ${name} is down${because(reason)}`)
  );
}

/** @param {string | null | undefined} reason */
function because(reason) {
  return reason === null || reason === undefined ? "" : `: ${reason}`;
}

/**
 * @param {string} text
 * @param {Problem["tone"]} [tone] `bad` if clients may already notice.
 * @param {string} [key] What it stays by, if the text changes.
 * @returns {Problem}
 */
function problem(text, tone = "warn", key = text) {
  return { key, text, tone };
}

/**
 * What is wrong beside what keeps the server from being ready.
 *
 * @param {Status | null | undefined} status
 * @param {ReadonlySet<number>} blocked The lanes that are known to be blocked.
 * @returns {Problem[]}
 */
function problemsOf(status, blocked) {
  const failed = status?.failed_generation ?? null;
  const loop = status?.crash_loop ?? null;
  const dropped = status?.log?.dropped ?? 0;
  const unwritten = status?.log_failure ?? null;
  return [
    ...(status?.lanes ?? []).filter(({ lane, state }) => state === "hung" && !blocked.has(lane))
      .map(({ lane }) => problem(`Lane ${lane} hangs`, "bad")),
    ...(status?.upstreams ?? []).flatMap(backendProblems),
    ...(status?.dependencies ?? []).filter(({ state, required }) => state === "down" && !required)
      .map(({ name, reason }) => problem(`The dependency "${name}" is down${because(reason)}`)),
    ...(failed === null
      ? []
      : [problem(`Reload to generation ${failed.generation} failed: ${failed.reason}`)]),
    ...(loop === null ? [] : [problem(`Lanes are not kept alive: ${loop}`, "bad")]),
    ...(dropped === 0
      ? []
      : [problem(`The log could not write ${count(dropped)} of its records`, "warn", "dropped")]),
    ...(unwritten === null ? [] : [problem(`Cannot write ${unwritten}`)]),
  ];
}

function makeProblem() {
  const words = make("span");
  const sign = make("span", { class: "sign", "aria-hidden": true }, "▲");
  const element = make("li", {}, sign, words);
  const update = (/** @type {Problem} */ { text, tone }) => {
    element.dataset.tone = tone;
    setText(words, text);
  };
  return { element, update };
}

/** @param {[string, string]} fact */
function makeFact([name]) {
  const text = make("dd");
  return {
    element: make("div", {}, make("dt", {}, name), text),
    update: (/** @type {[string, string]} */ [, value]) => setText(text, value),
  };
}

/** @param {string} text */
function capitalized(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
