import { assertEquals } from "@std/assert";
import { generatorLoad, limitOf } from "../../src/load/ceiling.ts";

Deno.test("generatorLoad() returns the rate as a share of the ceiling, and the times of the thread", () => {
  const result = {
    seconds: 2,
    requests: 10_000,
    bytes_in: 0,
    bytes_out: 0,
    errors: {},
    latency: null,
    generator: { busy: 0.25, waiting: 0.125 },
  };
  assertEquals(generatorLoad(result, 50_000), { busy: 0.25, waiting: 0.125, of_ceiling: 0.1 });
});

Deno.test("limitOf() explains when the load generator was the limit, and is null otherwise", () => {
  const limit = (busy: number, of_ceiling: number) => limitOf({ busy, of_ceiling, waiting: 1 });
  assertEquals(limit(0.89, 1.1), null);
  assertEquals(limit(0.9, 0.5), "the load generator ran 90% of the time, at 50% of its ceiling");
  assertEquals(limit(1, 1.07), "the load generator ran 100% of the time, at 107% of its ceiling");
});
