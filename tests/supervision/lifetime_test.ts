import { assert, assertEquals } from "@std/assert";
import { type Row, Scoreboard } from "../../src/lane/scoreboard.ts";
import { Lifetime } from "../../src/supervision/lifetime.ts";
import type { SupervisionSettings } from "../../src/supervision/settings.ts";
import { UNLIMITED } from "../helpers/supervision.ts";

function born(settings: Partial<SupervisionSettings>, now = 0): { row: Row; lifetime: Lifetime } {
  const row = new Scoreboard().row(0);
  return { row, lifetime: new Lifetime(row, { ...UNLIMITED, ...settings }, now) };
}

Deno.test("Lifetime has no end without limits", () => {
  const { row, lifetime } = born({});
  row.set("requests", 1e15);
  row.set("memory", 1e15);
  for (let i = 0; i < 10; i++) assertEquals(lifetime.reasonToEnd(1e15), null);
});

Deno.test("Lifetime ends with --max-requests", () => {
  const { row, lifetime } = born({ maxRequests: 100 });
  row.set("requests", 99);
  assertEquals(lifetime.reasonToEnd(), null);
  row.set("requests", 101);
  assertEquals(lifetime.reasonToEnd(), "101 requests");
});

Deno.test("Lifetime ends with --max-worker-age", () => {
  const { lifetime } = born({ maxWorkerAge: 1000 }, 500);
  assertEquals([lifetime.reasonToEnd(1499), lifetime.reasonToEnd(1500)], [null, "age"]);
});

Deno.test("Lifetime ends when memory is beyond --max-worker-memory five times in a row", () => {
  const { row, lifetime } = born({ maxWorkerMemory: 100e6 });
  const looks = (memory: number, count: number) => {
    row.set("memory", memory);
    return Array.from({ length: count }, () => lifetime.reasonToEnd());
  };
  assertEquals(looks(200e6, 4), [null, null, null, null]);
  assertEquals(looks(100e6, 1), [null]);
  assertEquals(looks(200e6, 5), [null, null, null, null, "memory of 200 MB"]);
});

Deno.test("Lifetime is stretched by chance, by --max-requests-jitter at most", () => {
  const row = new Scoreboard().row(0);
  const settings = { ...UNLIMITED, maxRequests: 1000, maxRequestsJitter: 10 };
  const lengths = Array.from({ length: 200 }, () => {
    const lifetime = new Lifetime(row, settings);
    for (let requests = 999;; requests++) {
      row.set("requests", requests);
      if (lifetime.reasonToEnd() !== null) return requests;
    }
  });
  assert(Math.min(...lengths) >= 1000, `one served ${Math.min(...lengths)}`);
  assert(Math.max(...lengths) <= 1100, `one served ${Math.max(...lengths)}`);
  assert(new Set(lengths).size > 20, "they end together");
});
