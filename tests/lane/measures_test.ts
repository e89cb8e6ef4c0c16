import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  addMeasures,
  durationsIn,
  endingsIn,
  MEASURES,
  Measures,
  MEASURES_BYTES,
  NO_MEASURES,
  responsesIn,
} from "../../src/lane/measures.ts";
import { ENDED_BY, PHASES } from "../../src/core/event.ts";
import { METHODS } from "../../src/lane/responses.ts";

function make(): Measures {
  return new Measures(new SharedArrayBuffer(MEASURES_BYTES), 0);
}

Deno.test("Measures count each response by its method and status class, and its duration", () => {
  const measures = make();
  measures.beginMeasuring();
  const statuses = [0, 101, 200, 299, 304, 404, 499, 500, 599];
  for (const method of METHODS) for (const status of statuses) measures.answered(method, status, 1);
  for (const method of ["", "get", "PROPFIND"]) measures.answered(method, 600, 1);
  const values = measures.values();
  const responses = responsesIn(values);
  const of = (wanted: string) =>
    responses.filter(({ method }) => method === wanted).map(({ status, count }) => [status, count]);
  const each = [["none", 1], ["1xx", 1], ["2xx", 2], ["3xx", 1], ["4xx", 2], ["5xx", 2]];
  for (const method of METHODS.slice(0, -1)) assertEquals(of(method), each);
  assertEquals(of("_OTHER"), [["none", 4], ...each.slice(1)]);
  const durations = durationsIn(values);
  if (durations === null) throw new Error("Nothing was measured");
  const total = statuses.length * METHODS.length + 3;
  assertEquals(durations.counts.filter((count) => count > 0), [total]);
  assertAlmostEquals(durations.sum_s, total / 1000);
});

Deno.test("Measures count the ends of connections by who and phase, whether or not requests are measured", () => {
  const measures = make();
  for (const by of ENDED_BY) for (const phase of PHASES) measures.ended(by, phase);
  measures.ended("timeout", "writing");
  const endings = endingsIn(measures.values());
  assertEquals(endings.length, ENDED_BY.length * PHASES.length);
  assertEquals(endings.filter(({ count }) => count !== 1), [
    { by: "timeout", phase: "writing", count: 2 },
  ]);
  assertEquals(durationsIn(measures.values()), null);
  assertEquals(responsesIn(measures.values()), []);
});

Deno.test("Measures.take() restores a report, which is short where little was measured", () => {
  const measures = make();
  assertEquals(measures.report(), []);
  measures.beginMeasuring();
  measures.answered("GET", 200, 0.12);
  measures.ended("client", "idle");
  const report: number[] = JSON.parse(JSON.stringify(measures.report()));
  assert(report.length <= 10, `${report.length} numbers`);
  const copy = make();
  copy.take(report);
  assertEquals(copy.values(), measures.values());
});

Deno.test("Measures.take() ignores what is no measure of this version", () => {
  const measures = make();
  measures.take([MEASURES, 1, 1e300, 1, 0.5, 1, MEASURES - 1, 2, 7]);
  assertEquals(measures.report(), [MEASURES - 1, 2]);
});

Deno.test("addMeasures() adds what several lanes have measured", () => {
  const [one, two] = [make(), make()];
  one.answered("GET", 200, 1);
  two.answered("GET", 204, 1);
  two.ended("drain", "idle");
  const sum = [one, two].map((lane) => lane.values()).reduce(addMeasures, NO_MEASURES);
  assertEquals(responsesIn(sum), [{ method: "GET", status: "2xx", count: 2 }]);
  assertEquals(endingsIn(sum), [{ by: "drain", phase: "idle", count: 1 }]);
});
