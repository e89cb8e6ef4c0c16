import { assertEquals } from "@std/assert";
import { RowReports } from "../../src/places/process.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";

Deno.test("RowReports ignores a report that is older than the last", () => {
  const row = new Scoreboard().row(0);
  const reports = new RowReports(row);
  const own = new Scoreboard().row(0);
  const before = own.report();
  own.setCurrent(1, "127.0.0.1 port 5");
  reports.take({ type: "row", number: 2, row: own.report() });
  reports.take({ type: "row", number: 1, row: before });
  assertEquals(row.currentPeer, "127.0.0.1 port 5");
});
