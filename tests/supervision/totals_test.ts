import { assertEquals } from "@std/assert";
import { endingsIn, responsesIn } from "../../src/lane/measures.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { Totals } from "../../src/supervision/totals.ts";

Deno.test("Totals.keep() keeps all that lanes have counted, but not what they hold no more", () => {
  const scoreboard = new Scoreboard();
  const totals = new Totals();
  for (let i = 0; i < 2; i++) {
    const row = scoreboard.claim(0, 0);
    if (row === null) throw new Error("No row is free");
    row.add("accepted", 3);
    row.add("silent", 1);
    row.add("refusedTotal", 2);
    row.add("refusedHeader", 1);
    row.set("resources", 5);
    row.addOpen(1, row.tenancy);
    row.measures.answered("PUT", 201, 1);
    row.measures.ended("limit", "reading");
    totals.keep(row);
    scoreboard.close(row, "free");
  }
  const { open, accepted, refused, resources, silent, refused_by, measures } = totals.gone;
  assertEquals([open, accepted, refused, resources, silent], [0, 6, 6, 0, 2]);
  assertEquals(refused_by, { total: 4, address: 0, draining: 0, untrusted: 0, header: 2 });
  assertEquals(responsesIn(measures), [{ method: "PUT", status: "2xx", count: 2 }]);
  assertEquals(endingsIn(measures), [{ by: "limit", phase: "reading", count: 2 }]);
  assertEquals(structuredClone(totals.gone), totals.gone);
});
