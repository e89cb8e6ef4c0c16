/**
 * The log's recent records at `warning` and above, newest first.
 *
 * @import { RecentRecord } from "../../../log/recent_records.ts"
 */
import { announce } from "./announce.js";
import { byId, make } from "./dom.js";
import { timeOfDay } from "./format.js";
import { Table } from "./table.js";

/** How many are kept. */
const MOST_RECORDS = 100;
/** How many characters of the attributes are shown before a record is opened. */
const MOST_BRIEF = 120;
/** Milliseconds for which a record is news. */
const NEWS = 5000;

/** The records in their section. */
export class RecordTable {
  /** @type {RecentRecord[]} */
  #records = [];
  /** @type {Table<RecentRecord>} */
  #table = new Table(byId("record-table"), {
    caption: "Recent records",
    keyOf: keyOfRecord,
    toneOf: ({ level }) => level === "error" ? "bad" : "warn",
    nothing: "There are no records at warning or above.",
    columns: [
      { title: "Time", text: ({ time }) => timeOfDay(time) },
      { title: "Level", fill: showLevel },
      { title: "Record", fill: showRecord },
    ],
  });

  /** Adds a record, unless it is there: a server that is connected to again sends them once more. @param {RecentRecord} record */
  add(record) {
    const key = keyOfRecord(record);
    if (this.#records.some((one) => keyOfRecord(one) === key)) return;
    this.#records.unshift(record);
    this.#records.length = Math.min(this.#records.length, MOST_RECORDS);
    this.#table.show(this.#records);
    if (Date.now() - Date.parse(record.time) < NEWS) {
      announce(`${record.level}: ${record.message}`);
    }
  }
}

/** The numbers of another run of the server begin again. @param {RecentRecord} record */
function keyOfRecord({ number, time }) {
  return `${time} ${number}`;
}

/** @param {HTMLElement} cell @param {RecentRecord} record */
function showLevel(cell, { level }) {
  if (cell.firstChild !== null) return;
  const sign = level === "error" ? "✕" : "▲";
  cell.append(make("span", { class: "sign", "aria-hidden": true }, sign), make("span", {}, level));
}

/** @param {HTMLElement} cell @param {RecentRecord} record */
function showRecord(cell, { message, attributes }) {
  if (cell.firstChild !== null) return;
  const entries = Object.entries(attributes ?? {});
  if (entries.length === 0) return cell.append(message);
  const list = make(
    "dl",
    {},
    ...entries.map(([name, value]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, textOfValue(value)))
    ),
  );
  const summary = make("summary", {}, message, make("span", { class: "brief" }, briefOf(entries)));
  cell.append(make("details", {}, summary, list));
}

/** A look at the attributes. @param {[string, unknown][]} entries */
function briefOf(entries) {
  const text = entries.filter(([name]) => name !== "exception.stacktrace")
    .map(([name, value]) => `${shortName(name)} ${textOfValue(value)}`).join(", ");
  return ` ${text.length > MOST_BRIEF ? `${text.slice(0, MOST_BRIEF)}…` : text}`;
}

/** The name of an attribute without its namespace, such as `reason`. @param {string} name */
function shortName(name) {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** @param {unknown} value */
function textOfValue(value) {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}
