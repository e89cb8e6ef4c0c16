import { assert, assertEquals } from "@std/assert";
import type { Row } from "../../src/lane/row.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { Lifetime } from "../../src/supervision/lifetime.ts";
import type { SupervisionSettings } from "../../src/supervision/settings.ts";
import { UNLIMITED } from "../helpers/supervision.ts";

function makeLifetime(settings: Partial<SupervisionSettings>, now = 0) {
  const row: Row = new Scoreboard().row(0);
  return { row, lifetime: new Lifetime(row, { ...UNLIMITED, ...settings }, now) };
}

Deno.test("Lifetime does not end without limits", () => {
  const { row, lifetime } = makeLifetime({});
  row.set("requests", 1e15);
  row.set("memory", 1e15);
  for (let i = 0; i < 10; i++) assertEquals(lifetime.reasonToEnd(1e15), null);
});

Deno.test("Lifetime ends after --max-requests", () => {
  const { row, lifetime } = makeLifetime({ maxRequests: 100 });
  row.set("requests", 99);
  assertEquals(lifetime.reasonToEnd(), null);
  row.set("requests", 101);
  assertEquals(lifetime.reasonToEnd(), "it has served 101 requests");
});

Deno.test("Lifetime ends at --max-worker-age", () => {
  const { lifetime } = makeLifetime({ maxWorkerAge: 1000 }, 500);
  assertEquals(lifetime.reasonToEnd(1499), null);
  assertEquals(lifetime.reasonToEnd(1500), "it has reached its maximum age");
});

Deno.test("Lifetime ends when memory exceeds --max-worker-memory five times in a row", () => {
  const { row, lifetime } = makeLifetime({ maxWorkerMemory: 100e6 });
  const reasons = (memory: number, count: number) => {
    row.set("memory", memory);
    return Array.from({ length: count }, () => lifetime.reasonToEnd());
  };
  assertEquals(reasons(200e6, 4), [null, null, null, null]);
  assertEquals(reasons(100e6, 1), [null]);
  assertEquals(reasons(200e6, 5), [null, null, null, null, "it uses 200 MB of memory"]);
});

Deno.test("Lifetime varies at random, by at most --max-requests-jitter", () => {
  const row = new Scoreboard().row(0);
  const settings = { ...UNLIMITED, maxRequests: 1000, maxRequestsJitter: 10 };
  const lengths = Array.from({ length: 200 }, () => {
    const lifetime = new Lifetime(row, settings);
    for (let requests = 999;; requests++) {
      row.set("requests", requests);
      if (lifetime.reasonToEnd() !== null) return requests;
    }
  });
  assert(Math.min(...lengths) >= 1000, `a lane ended after ${Math.min(...lengths)}`);
  assert(Math.max(...lengths) <= 1100, `a lane ended after ${Math.max(...lengths)}`);
  assert(new Set(lengths).size > 20, "lanes end together");
});

Deno.test("Lifetime ends above its share of the container's memory, but not below twice what it began with", () => {
  const reasonAt = (memory: number, first: number) => {
    const { row, lifetime } = makeLifetime({ memoryShare: 300e6 });
    row.set("memory", first);
    lifetime.reasonToEnd();
    row.set("memory", memory);
    return Array.from({ length: 5 }, () => lifetime.reasonToEnd()).at(-1);
  };
  assertEquals(reasonAt(299e6, 90e6), null);
  assertEquals(
    reasonAt(301e6, 90e6),
    "it uses 301 MB of memory, more than its share of the container's",
  );
  assertEquals(reasonAt(799e6, 400e6), null);
  assertEquals(
    reasonAt(801e6, 400e6),
    "it uses 801 MB of memory, more than its share of the container's",
  );
});

Deno.test("Lifetime leaves the share out if there is --max-worker-memory", () => {
  const { row, lifetime } = makeLifetime({ memoryShare: 1e6, maxWorkerMemory: 100e6 });
  row.set("memory", 99e6);
  for (let i = 0; i < 10; i++) assertEquals(lifetime.reasonToEnd(), null);
});
