/** The table of lanes of `sluice top`. */
import type { LaneStatus, Status } from "../../ops/status/status.ts";
import { count, millisecondsText, percent, shortDuration, size } from "../short_figures.ts";
import { type Cells, tableLines } from "../table.ts";
import type { Rates } from "./rates.ts";
import type { Line, Paint } from "./screen.ts";

/** The columns to sort by, in the order in which a key turns to them. */
export const SORT_KEYS = ["LANE", "BUSY", "REQ/S", "OPEN", "MEMORY", "DELAY"] as const;

/** A column to sort by. */
export type SortKey = typeof SORT_KEYS[number];

const TITLES = [
  ...["LANE", "STATE", "GEN", "OPEN", "REQ/S", "ERRORS", "BUSY", "SAT", "DELAY", "WAIT", "MEMORY"],
  "BEAT",
];
const LEFT = ["STATE"];

/** Lays out the table, with the largest values first, or by number, in at most `room` lines. */
export function laneLines(
  { lanes }: Pick<Status, "lanes">,
  rates: Rates | null,
  sort: SortKey,
  room: number,
): Line[] {
  const rateOf = ({ lane }: LaneStatus) => rates?.lanes.get(lane) ?? 0;
  const keyOf = (lane: LaneStatus) => keyBy(sort, lane, rateOf(lane));
  const sorted = lanes.toSorted((one, other) =>
    sort === "LANE" ? one.lane - other.lane : keyOf(other) - keyOf(one)
  );
  const isWhole = sorted.length + 1 <= room;
  const shown = isWhole ? sorted : sorted.slice(0, Math.max(0, room - 2));
  const titles = TITLES.map((title) => title === sort ? `*${title}` : title);
  const rows = shown.map((lane) => cellsOf(lane, rates === null ? null : rateOf(lane), sort));
  const [head = "", ...texts] = tableLines(titles, LEFT, rows);
  const more = isWhole ? [] : [plain(`and ${sorted.length - shown.length} more`, "dim")];
  return [
    plain(head, "head"),
    ...texts.map((text, i) => plain(text, paintOf(shown[i]))),
    ...more,
  ];
}

function plain(text: string, paint: Paint): Line {
  return { text, paint };
}

function keyBy(sort: SortKey, lane: LaneStatus, rate: number): number {
  switch (sort) {
    case "LANE":
      return lane.lane;
    case "BUSY":
      return lane.busy;
    case "REQ/S":
      return rate;
    case "OPEN":
      return lane.open;
    case "MEMORY":
      return lane.memory;
    case "DELAY":
      return lane.loop_delay_ms;
  }
}

function cellsOf(lane: LaneStatus, rate: number | null, sort: SortKey): Cells {
  const cells: Cells = {
    LANE: String(lane.lane),
    STATE: lane.state,
    GEN: String(lane.generation),
    OPEN: count(lane.open),
    "REQ/S": rate === null ? "" : count(Math.round(rate)),
    ERRORS: count(lane.errors),
    BUSY: percent(lane.busy),
    SAT: percent(lane.saturation.value),
    DELAY: millisecondsText(lane.loop_delay_ms),
    WAIT: millisecondsText(lane.wait_ms),
    MEMORY: size(lane.memory),
    BEAT: shortDuration(lane.heartbeat_age_ms / 1000),
  };
  return { ...cells, [`*${sort}`]: cells[sort] ?? "" };
}

function paintOf(lane: LaneStatus | undefined): Paint {
  if (lane?.state === "hung") return "error";
  return lane?.state === "ready" ? "plain" : "warning";
}
