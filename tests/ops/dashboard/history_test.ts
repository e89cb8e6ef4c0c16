import { assertEquals } from "@std/assert";
import { History, RecentStatuses, SPAN } from "../../../src/ops/dashboard/page/history.js";
import { LaneTrack } from "../../../src/ops/dashboard/page/lane_track.js";
import type { LaneStatus, Status } from "../../../src/ops/status/status.ts";
import { sampleLane, sampleStatus, sampleTotals } from "../../helpers/sample_status.ts";

/** The status some seconds after a start. */
function statusAt(second: number, given: Partial<Status> = {}): Status {
  const time = new Date(Date.UTC(2026, 10, 21, 12) + 1000 * second).toISOString();
  return sampleStatus({ time, uptime_s: second, ...given });
}

Deno.test("History.add() makes rates of counters, and keeps unknown what it cannot know", () => {
  const history = new History();
  const responses = (count: number) => [
    { method: "GET", status: "2xx", count },
    { method: "POST", status: "2xx", count: 2 * count },
  ];
  for (const second of [0, 2]) {
    history.add(statusAt(second, {
      totals: sampleTotals({ requests: 10 * second, responses: responses(second) }),
      process: { cpu_s: second / 4, memory: 5, open_files: null, max_files: null },
    }));
  }
  const figures = history.samples.map(({ requests, statuses, cpu, memory, latency }) => ({
    ...{ requests, statuses: { ...statuses }, cpu, memory, p99: latency.p99 },
  }));
  assertEquals(figures, [
    { requests: null, statuses: {}, cpu: null, memory: 5, p99: null },
    { requests: 10, statuses: { "2xx": 3 }, cpu: 0.25, memory: 5, p99: null },
  ]);
});

Deno.test("History.add() interrupts lines where the server is another one, or was not heard", () => {
  const history = new History();
  history.add(statusAt(100, { totals: sampleTotals({ requests: 900 }) }));
  history.add(statusAt(101, { totals: sampleTotals({ requests: 905 }) }));
  history.add(statusAt(111, { pid: 18, uptime_s: 1, totals: sampleTotals({ requests: 906 }) }));
  history.add(statusAt(112, { pid: 18, uptime_s: 2, totals: sampleTotals({ requests: 907 }) }));
  assertEquals(history.samples.map(({ requests }) => requests), [null, 5, null, null, 1]);
  assertEquals(history.samples.map(({ open }) => open), [0, 0, null, 0, 0]);
});

Deno.test("History.add() keeps the last SPAN seconds, and works with most of a status missing", () => {
  const history = new History();
  for (let second = 0; second < SPAN + 20; second++) history.add(statusAt(second));
  assertEquals(history.samples.length, SPAN + 1);
  history.add({ time: statusAt(SPAN + 20).time } as Status);
  assertEquals(history.samples.at(-1)?.open, null);
  history.add({} as Status);
  assertEquals(history.samples.length, SPAN + 1);
});

/** What is shown of each lane. */
function look(track: LaneTrack, second: number, lanes: readonly LaneStatus[]): string[] {
  const { views } = track.update(statusAt(second, { lanes }));
  return views.map(({ lane, rate, share, isNew, isGone }) =>
    [lane.lane, rate, share, isNew ? "new" : "", isGone ? "gone" : ""].join(" ").trimEnd()
  );
}

Deno.test("LaneTrack.update() tells rates, shares, and which lanes are gone and new", () => {
  const track = new LaneTrack();
  const lane = (lane: number, requests: number, pid: number) =>
    sampleLane({ lane, requests, pid, place: "process" });
  assertEquals(look(track, 0, [lane(0, 0, 7), lane(1, 0, 8)]), ["0", "1"]);
  assertEquals(look(track, 1, [lane(0, 30, 7), lane(1, 10, 8)]), ["0 30 0.75", "1 10 0.25"]);
  // One that died between two statuses is gone, although another has its number.
  assertEquals(look(track, 2, [lane(0, 60, 7), lane(1, 0, 9)]), [
    ...["0 30 1", "1    gone", "1   new"],
  ]);
  assertEquals(look(track, 3, [lane(0, 60, 7), lane(1, 5, 9)]), [
    ...["0 20 0.8", "1    gone", "1 5 0.2 new"],
  ]);
  assertEquals(look(track, 13, [lane(0, 60, 7), lane(1, 5, 9)]), ["0 0", "1 0"]);
});

Deno.test("LaneTrack.update() knows a lane in a thread that replaced another by its counters", () => {
  const track = new LaneTrack();
  look(track, 0, [sampleLane({ accepted: 5, requests: 9 })]);
  assertEquals(look(track, 1, [sampleLane({ accepted: 1, requests: 1 })]), [
    "0    gone",
    "0   new",
  ]);
  assertEquals(look(track, 2, [sampleLane({ state: "starting" })]).length, 3);
});

Deno.test("RecentStatuses.add() returns those of the last seconds, of the same run", () => {
  const recent = new RecentStatuses();
  const add = (second: number, given: Partial<Status> = {}) =>
    recent.add(statusAt(second, given)).map(({ uptime_s }) => uptime_s);
  assertEquals([add(0), add(1), add(2), add(3)], [[], [0], [0, 1], [0, 1, 2]]);
  // The same once more, and one after a gap.
  assertEquals([add(3), add(4), add(60), add(61)], [[0, 1, 2, 3], [1, 2, 3], [4], [60]]);
  assertEquals([add(62, { pid: 18, uptime_s: 1 }), add(63, { pid: 18, uptime_s: 2 })], [[], [1]]);
});
