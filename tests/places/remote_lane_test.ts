import { assertEquals } from "@std/assert";
import { RemoteLane } from "../../src/places/remote_lane.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";

Deno.test("RemoteLane ignores a row report that is older than the last", () => {
  const row = new Scoreboard().row(0);
  const channel = { pid: 1, send() {}, finish: () => Promise.resolve(), kill() {} };
  const reports = { pass() {}, record() {}, onPressure() {}, onDropped() {} };
  const lane = new RemoteLane(channel, row, reports);
  const own = new Scoreboard().row(0);
  const before = own.report();
  own.setCurrent(1, "127.0.0.1 port 5");
  lane.receive({ type: "row", number: 2, row: own.report() });
  lane.receive({ type: "row", number: 1, row: before });
  assertEquals(row.currentPeer, "127.0.0.1 port 5");
});
