/**
 * The table of the lanes.
 *
 * @import { Status } from "../../status/status.ts"
 * @import { LaneView } from "./lane_track.js"
 */
import { announce } from "./announce.js";
import { byId, make, setText } from "./dom.js";
import { bytes, count, counted, milliseconds, percent, perSecond } from "./format.js";
import { LaneTrack } from "./lane_track.js";
import { Table } from "./table.js";

/** Milliseconds after which a heartbeat is late. */
const LATE = 3000;

/** @type {Readonly<Record<string, string>>} */
const SIGNS = { ready: "●", hung: "✕", gone: "✕", starting: "○" };

/** The lanes in their section. */
export class LaneTable {
  #track = new LaneTrack();
  /** @type {Table<LaneView>} */
  #table = new Table(byId("lane-table"), {
    caption: "Lanes",
    keyOf: ({ key }) => key,
    toneOf,
    nothing: "There are no lanes.",
    columns: [
      { title: "Lane", text: ({ lane }) => `${lane.lane}` },
      { title: "State", fill: showLaneState },
      { title: "Requests", isNumber: true, fill: showRate },
      { title: "Open", isNumber: true, text: openText },
      { title: "Busy", isNumber: true, text: ({ lane }) => percent(lane.busy) },
      { title: "Saturation", isNumber: true, text: ({ lane }) => percent(lane.saturation?.value) },
      { title: "Loop delay", isNumber: true, text: ({ lane }) => milliseconds(lane.loop_delay_ms) },
      { title: "Heartbeat", isNumber: true, text: ({ lane }) => ageOf(lane.heartbeat_age_ms) },
      { title: "Memory", isNumber: true, text: ({ lane }) => bytes(lane.memory) },
      { title: "Generation", isNumber: true, text: ({ lane }) => count(lane.generation) },
      { title: "Runs in", text: placeOf },
    ],
  });

  /** @param {Status} status */
  show(status) {
    const { views, came, left } = this.#track.update(status);
    this.#table.show(views);
    const here = views.filter(({ isGone }) => !isGone);
    const ready = here.filter(({ lane }) => lane.state === "ready").length;
    setText(byId("lane-summary"), `${count(ready)} of ${counted(here.length, "lane")} ready`);
    for (const { lane } of left) announce(`Lane ${lane.lane} is gone`);
    for (const { lane } of came) announce(`Lane ${lane.lane} is new`);
  }
}

/** @param {LaneView} view */
function toneOf({ lane, isGone, isNew }) {
  if (isGone) return "gone";
  if (lane.state === "hung") return "bad";
  if (lane.heartbeat_age_ms > LATE) return "warn";
  return isNew ? "new" : "";
}

/** @param {HTMLElement} cell @param {LaneView} view */
function showLaneState(cell, { lane, isGone, isNew }) {
  const state = isGone ? "gone" : lane.state;
  const note = isNew && !isGone ? ", new" : "";
  const sign = SIGNS[state] ?? "◐";
  if (cell.dataset.state === state + note) return;
  cell.dataset.state = state + note;
  cell.replaceChildren(make("span", { class: "sign", "aria-hidden": true }, sign), state + note);
}

/** Shows the rate, and how the requests are balanced. @param {HTMLElement} cell @param {LaneView} view */
function showRate(cell, { rate, share }) {
  if (cell.firstElementChild === null) {
    const bar = make("span", { class: "bar", "aria-hidden": true }, make("span"));
    cell.append(make("span"), make("span", { class: "share" }), bar);
  }
  const [text, part, bar] = cell.children;
  if (text === undefined || part === undefined || bar === undefined) return;
  setText(text, perSecond(rate));
  setText(part, share === null ? "" : percent(share));
  const filled = /** @type {HTMLElement} */ (bar.firstElementChild);
  filled.style.width = `${Math.round(100 * (share ?? 0))}%`;
}

/** @param {LaneView} view */
function openText({ lane }) {
  return `${count(lane.open)} of ${count(lane.max_connections)}`;
}

/** @param {LaneView} view */
function placeOf({ lane: { place, pid } }) {
  if (place === "process") return `process ${pid}`;
  return place === "here" ? "main thread" : place;
}

/** @param {number | null | undefined} age In milliseconds. */
function ageOf(age) {
  return age === null || age === undefined ? milliseconds(null) : milliseconds(Math.round(age));
}
