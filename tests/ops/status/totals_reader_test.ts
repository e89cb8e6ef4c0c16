import { assert, assertEquals } from "@std/assert";
import type { Row } from "../../../src/lane/row.ts";
import { Scoreboard } from "../../../src/lane/scoreboard.ts";
import type { ServerFacts } from "../../../src/ops/status/server_facts.ts";
import { TotalsReader } from "../../../src/ops/status/totals_reader.ts";
import { Totals } from "../../../src/supervision/totals.ts";

/** Lanes that come and go, and what a main thread knows of them. */
class Lanes {
  readonly scoreboard = new Scoreboard();
  readonly #totals = new Totals();

  start(): Row {
    const row = this.scoreboard.claim(0, 0);
    if (row === null) throw new Error("No row is free");
    row.measures.beginMeasuring();
    this.#totals.started++;
    return row;
  }

  end(row: Row): void {
    this.#totals.keep(row);
    this.scoreboard.close(row, "free");
  }

  /** The part of the facts that is read. */
  facts(): ServerFacts {
    const { gone, started, crashed, hung, recycled } = this.#totals;
    return { gone, ended: { started, crashed, hung, recycled } } as ServerFacts;
  }
}

function answer(row: Row, count: number, milliseconds: number): void {
  for (let i = 0; i < count; i++) {
    row.add("requests", 1);
    row.measures.answered("GET", 200, milliseconds);
  }
}

Deno.test("TotalsReader.read() lets no total go back, though the facts are older than the scoreboard", () => {
  const lanes = new Lanes();
  const row = lanes.start();
  const facts = lanes.facts();
  const reader = new TotalsReader(lanes.scoreboard, facts);
  answer(row, 7, 1);
  row.measures.ended("client", "idle");
  row.add("refusedHeader", 2);
  const before = reader.read(facts);
  assertEquals(before.responses, [{ method: "GET", status: "2xx", count: 7 }]);
  lanes.end(row);
  answer(lanes.start(), 3, 1);
  const during = reader.read(facts);
  assertEquals(
    [during.requests, during.responses, during.ended, during.refused_by, during.durations],
    [7, before.responses, before.ended, before.refused_by, before.durations],
  );
  const after = reader.read(lanes.facts());
  assertEquals([after.requests, after.started, after.refused_by.header], [10, 2, 2]);
  assertEquals(after.responses, [{ method: "GET", status: "2xx", count: 10 }]);
});

Deno.test("TotalsReader.read() lets gauges go back", () => {
  const lanes = new Lanes();
  const row = lanes.start();
  const reader = new TotalsReader(lanes.scoreboard, lanes.facts());
  row.addOpen(3, row.tenancy);
  assertEquals(reader.read(lanes.facts()).open, 3);
  row.addOpen(-2, row.tenancy);
  assertEquals(reader.read(lanes.facts()).open, 1);
});

Deno.test("TotalsReader.latency is that of requests since its last reading; null if there were none", () => {
  const lanes = new Lanes();
  const row = lanes.start();
  answer(row, 1000, 5000);
  const reader = new TotalsReader(lanes.scoreboard, lanes.facts());
  const latency = () => {
    reader.read(lanes.facts());
    return reader.latency;
  };
  assertEquals(latency(), null);
  answer(row, 95, 1);
  answer(row, 5, 1000);
  const found = latency();
  if (found === null) throw new Error("There is no latency");
  assert(found.p50_ms > 0.8 && found.p50_ms <= 1.2, `${found.p50_ms}`);
  assert(found.p90_ms >= found.p50_ms && found.p90_ms <= 1.2, `${found.p90_ms}`);
  assert(found.p99_ms > 819 && found.p99_ms <= 1229, `${found.p99_ms}`);
  assertEquals(latency(), null);
});
