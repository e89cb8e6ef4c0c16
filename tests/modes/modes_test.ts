import { assertEquals } from "@std/assert";
import type { ModeSettings } from "../../src/modes/mode.ts";
import { MODES } from "../../src/modes/registry.ts";
import type { Plan } from "../../src/modes/mode.ts";

const SETTINGS: ModeSettings = {
  maxConnections: 1000,
  maxConnectionsPerIp: 10,
  workers: 4,
  minThreads: 2,
  maxThreads: 64,
  spareThreads: 3,
};

function plan(mode: string, settings: Partial<ModeSettings> = {}): Plan | undefined {
  return MODES[mode]?.plan({ ...SETTINGS, ...settings });
}

Deno.test("MODES are keyed by their names, and each has a line of help", () => {
  for (const [name, mode] of Object.entries(MODES)) {
    assertEquals(mode.name, name);
    assertEquals(/^[A-Z].*[^.]$/.test(mode.help), true, mode.help);
  }
});

const PLANS: Record<string, Plan> = {
  single: {
    place: "here",
    lanes: { min: 1, max: 1, spare: 0 },
    connections: 1,
    total: 1,
    perAddress: 10,
    sharing: "shared",
  },
  async: {
    place: "here",
    lanes: { min: 1, max: 1, spare: 0 },
    connections: 1000,
    total: 1000,
    perAddress: 10,
    sharing: "shared",
  },
  threaded: {
    place: "thread",
    lanes: { min: 2, max: 64, spare: 3 },
    connections: 1,
    total: 1000,
    perAddress: 10,
    sharing: "shared",
  },
  pooled: {
    place: "thread",
    lanes: { min: 4, max: 4, spare: 0 },
    connections: 1000,
    total: 1000,
    perAddress: 10,
    sharing: "shared",
  },
  forked: {
    place: "process",
    lanes: { min: 4, max: 4, spare: 0 },
    connections: 250,
    total: 250,
    perAddress: 2,
    sharing: "reusePort",
  },
};

for (const mode of Object.keys(MODES)) {
  Deno.test(`${mode}.plan() chooses the place and numbers of the mode`, () => {
    assertEquals(plan(mode), PLANS[mode]);
  });
}

Deno.test("threaded.plan() lowers --min-threads to --max-threads", () => {
  assertEquals(plan("threaded", { maxThreads: 1 })?.lanes, { min: 1, max: 1, spare: 3 });
  assertEquals(plan("threaded", { minThreads: 8, maxThreads: 8 })?.lanes.min, 8);
});

Deno.test("forked.plan() divides limits by the number of processes, rounded down, at least 1 each", () => {
  const parts = (maxConnections: number, maxConnectionsPerIp: number, workers: number) => {
    const found = plan("forked", { maxConnections, maxConnectionsPerIp, workers });
    return [found?.connections, found?.total, found?.perAddress];
  };
  assertEquals(parts(10, 0, 1), [10, 10, 0]);
  assertEquals(parts(10, 9, 3), [3, 3, 3]);
  assertEquals(parts(11, 5, 4), [2, 2, 1]);
  assertEquals(parts(2, 1, 8), [1, 1, 1]);
});
