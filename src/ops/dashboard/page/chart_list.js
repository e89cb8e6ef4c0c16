/**
 * The charts as data.
 *
 * @import { Sample } from "./history.js"
 */
import { bytes, count, milliseconds, percent, perSecond } from "./format.js";

/**
 * @typedef {object} Line
 * @property {string} name
 * @property {number} colour The number of a `--series-` colour.
 * @property {number[]} dash In CSS pixels; none for a solid line.
 * @property {(sample: Sample) => number | null | undefined} of
 * @property {(value: number | null | undefined) => string} [format] Instead of that of the chart, on an axis of its own.
 */

/**
 * @typedef {object} Chart
 * @property {string} id
 * @property {string} title
 * @property {(value: number | null | undefined) => string} format
 * @property {number} least The least upper end of the axis.
 * @property {boolean} [isLogarithmic] Whether a rare peak must not flatten the rest.
 * @property {Line[]} lines
 */

const SOLID = /** @type {number[]} */ ([]);
const DASHED = [7, 4];
const DOTTED = [2, 3];
const MIXED = [9, 3, 2, 3];

/** @type {Chart[]} */
export const CHARTS = [
  {
    id: "requests",
    title: "Requests",
    format: perSecond,
    least: 1,
    lines: [
      { name: "All", colour: 1, dash: SOLID, of: ({ requests }) => requests },
      { name: "2xx", colour: 3, dash: DASHED, of: ({ statuses }) => statuses["2xx"] },
      { name: "3xx", colour: 4, dash: DOTTED, of: ({ statuses }) => statuses["3xx"] },
      { name: "4xx", colour: 2, dash: MIXED, of: ({ statuses }) => statuses["4xx"] },
      { name: "5xx", colour: 5, dash: SOLID, of: ({ statuses }) => statuses["5xx"] },
      { name: "No response", colour: 5, dash: DOTTED, of: ({ statuses }) => statuses["none"] },
    ],
  },
  {
    id: "latency",
    title: "Latency",
    format: milliseconds,
    least: 0.1,
    isLogarithmic: true,
    lines: [
      { name: "p99", colour: 5, dash: SOLID, of: ({ latency }) => latency.p99 },
      { name: "p90", colour: 2, dash: DASHED, of: ({ latency }) => latency.p90 },
      { name: "p50", colour: 1, dash: DOTTED, of: ({ latency }) => latency.p50 },
    ],
  },
  {
    id: "connections-chart",
    title: "Connections",
    format: count,
    least: 5,
    lines: [
      { name: "Open", colour: 1, dash: SOLID, of: ({ open }) => open },
      {
        ...{ name: "Accepted", colour: 2, dash: DASHED, format: perSecond },
        of: ({ accepted }) => accepted,
      },
    ],
  },
  {
    id: "cpu",
    title: "CPU",
    format: percent,
    least: 1,
    lines: [
      { name: "Server", colour: 1, dash: SOLID, of: ({ cpu }) => cpu },
      { name: "Lanes", colour: 2, dash: DASHED, of: ({ busy }) => busy },
    ],
  },
  {
    id: "memory",
    title: "Memory",
    format: bytes,
    least: 1024 ** 2,
    lines: [
      { name: "Server", colour: 1, dash: SOLID, of: ({ memory }) => memory },
      { name: "Lanes", colour: 2, dash: DASHED, of: ({ laneMemory }) => laneMemory },
    ],
  },
  {
    id: "saturation",
    title: "Saturation",
    format: percent,
    least: 1,
    lines: [
      { name: "Server", colour: 1, dash: SOLID, of: ({ saturation }) => saturation.value },
      { name: "Event loops", colour: 2, dash: DASHED, of: ({ saturation: s }) => s.event_loop },
      { name: "Connections", colour: 3, dash: DOTTED, of: ({ saturation: s }) => s.connections },
      { name: "Accept queue", colour: 4, dash: MIXED, of: ({ saturation: s }) => s.accept_queue },
      { name: "Wait", colour: 5, dash: DOTTED, of: ({ saturation: s }) => s.wait },
    ],
  },
];
