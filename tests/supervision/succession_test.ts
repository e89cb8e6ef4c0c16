import { assertEquals, assertRejects } from "@std/assert";
import { planOf, superviseFakes } from "../helpers/supervision.ts";
import { until } from "../helpers/until.ts";

/** A stop leaves the timers of lanes that were told to end. */
const TIMERS = { sanitizeOps: false, sanitizeResources: false };
const PROCESSES = { place: "process", sharing: "reusePort", connections: 100 } as const;

Deno.test(
  "a reload whose new lanes die before the first old one retires leaves all old ones to serve",
  TIMERS,
  async () => {
    await using server = superviseFakes();
    const { supervisor, lanes, start } = server;
    await start(planOf({ min: 3 }, PROCESSES));
    const reload = start(planOf({ min: 3 }, PROCESSES));
    await until("the new generation serves", () => supervisor.generation === 1);
    lanes.of(1).forEach((lane) => lane.crash("boom"));
    await assertRejects(() => reload, Error, "boom");
    assertEquals(lanes.of(0).flatMap(({ calls }) => calls), []);
    for (const { filters } of lanes.of(0)) assertEquals(filters.at(-1), null, "the filter stays");
    assertEquals([supervisor.generation, server.states()], [0, ["0 ready", "1 ready", "2 ready"]]);
  },
);

Deno.test(
  "new lanes of a reload that fails late serve until the old generation is complete again",
  TIMERS,
  async () => {
    await using server = superviseFakes();
    const { supervisor, lanes, start } = server;
    await start(planOf({ min: 2 }));
    const [full, idle] = lanes.all;
    full?.row.addOpen(1, full.row.tenancy);
    lanes.isHeld = true;
    const reload = start(planOf({ min: 2, max: 9, spare: 1 }));
    await until("the new generation is full, and grows", () => {
      for (const { row, ready } of lanes.of(1).slice(0, 2)) {
        if (row.open === 0) row.addOpen(1, row.tenancy);
        ready();
      }
      return supervisor.generation === 1 && idle?.calls.includes("retire") === true;
    });
    const [dying, healthy] = lanes.of(1);
    dying?.crash("boom");
    await assertRejects(() => reload, Error, "boom");
    assertEquals(full?.calls, []);
    assertEquals(lanes.of(0).length, 3, "the idle lane is replaced at once");
    assertEquals(healthy?.calls, [], "it has retired before the old generation is complete");
    lanes.of(0).at(-1)?.ready();
    await until("the new lane retires", () => healthy?.calls.includes("retire") === true);
    assertEquals(server.states(), ["0 ready", `${healthy?.order.lane} retiring`, "5 ready"]);
  },
);

Deno.test(
  "a reload of processes directs new clients to the new sockets before the old ones close",
  TIMERS,
  async () => {
    await using server = superviseFakes();
    const { lanes, records, start } = server;
    await start(planOf({ min: 2 }, PROCESSES));
    await start(planOf({ min: 2 }, PROCESSES));
    const [first] = lanes.of(1);
    assertEquals(first?.filters, [{ first: 2, count: 2 }, { first: 2, count: 1 }, null]);
    assertEquals(records, []);
  },
);

for (
  const [what, disturb] of [
    ["TTIN adds a process", ({ supervisor }) => void supervisor.scale(1)],
    ["an old process crashes", ({ lanes }) => lanes.all[0]?.crash("boom")],
  ] satisfies [string, (server: ReturnType<typeof superviseFakes>) => void][]
) {
  Deno.test(
    `a reload goes without a filter if the order of the sockets is unknown, as ${what}`,
    TIMERS,
    async () => {
      await using server = superviseFakes();
      const { lanes, records, start } = server;
      await start(planOf({ min: 2 }, PROCESSES));
      lanes.isHeld = true;
      const reload = start(planOf({ min: 2 }, PROCESSES));
      await until("a new lane starts", () => lanes.of(1).length === 1);
      disturb(server);
      lanes.isHeld = false;
      lanes.all.forEach((lane) => lane.ready());
      await reload;
      const filters = lanes.all.flatMap((lane) => lane.filters);
      assertEquals(filters.filter((filter) => filter !== null), []);
      assertEquals(
        records.filter((record) => record.startsWith("Clients")),
        ["Clients in the queue of a replaced process may be reset: another one has started or ended meanwhile"],
      );
    },
  );
}
