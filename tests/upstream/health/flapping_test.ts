import { assertEquals } from "@std/assert";
import { FlapFold } from "../../../src/upstream/health/flapping.ts";

const LIMITS = { changes: 3, window: 100_000 };

Deno.test("FlapFold tells changes that are rare one by one, for ever", () => {
  const fold = new FlapFold(LIMITS);
  for (let time = 0; time < 5_000_000; time += 34_000) {
    assertEquals(fold.change(time), { kind: "changed" });
    assertEquals(fold.settle(time + 33_000), false);
  }
});

Deno.test("FlapFold tells many changes as one, and again after a minute", () => {
  const fold = new FlapFold(LIMITS);
  const reports = Array.from({ length: 130 }, (_, second) => fold.change(second * 1000));
  const told = reports.map((report, second) => ({ second, report })).filter(({ report }) =>
    report !== null
  );
  assertEquals(told, [
    { second: 0, report: { kind: "changed" } },
    { second: 1, report: { kind: "changed" } },
    { second: 2, report: { kind: "changed" } },
    { second: 3, report: { kind: "flapping", changes: 4, window: 100_000 } },
    { second: 63, report: { kind: "flapping", changes: 64, window: 100_000 } },
    { second: 123, report: { kind: "flapping", changes: 100, window: 100_000 } },
  ]);
});

Deno.test("FlapFold settles once, after a window without changes, and then tells them again", () => {
  const fold = new FlapFold(LIMITS);
  for (let time = 0; time < 10_000; time += 1000) fold.change(time);
  assertEquals(fold.settle(108_999), false);
  assertEquals(fold.settle(109_000), true);
  assertEquals(fold.settle(209_000), false);
  assertEquals(fold.change(209_000), { kind: "changed" });
});
