import { assert } from "@std/assert";
import { openSocketLibrary } from "../../../src/load/socket_library.ts";
import { measureSpread } from "../../../tools/bench/spread.ts";
import { workers } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";

// Opened here, since it stays open.
openSocketLibrary();

/** So many answers for each client are counted, however long they take. */
const ENOUGH = { duration: 20_000, enough: 20 };

// More than the runtime takes up in a turn.
const CASES = [
  { name: "--mode async", args: ["--mode", "async"], clients: 400 },
  { name: "--mode pooled", args: workers("pooled", 1), clients: 400 },
  { name: "--mode forked", args: workers("forked", 1), clients: 400 },
];

for (const { name, args, clients } of CASES) {
  Deno.test(`${name}: of ${clients} busy clients none gets less than half of what most get`, async () => {
    await using server = await startServer([...args, "--service", "http"]);
    const { port } = server;
    const spread = await measureSpread({ port, clients, warmup: 500, ...ENOUGH });
    const { fewest, median } = spread;
    assert(fewest >= median / 2, `the slowest got ${fewest} answers, the median is ${median}`);
  });
}

Deno.test("--mode pooled: of 3000 clients that come at once each is accepted while others are busy", async () => {
  await using server = await startServer([...workers("pooled"), "--service", "http"]);
  const { port } = server;
  const { fewest, median } = await measureSpread({ port, clients: 3000, warmup: 0, ...ENOUGH });
  // Killed, it would leave the record of a connection unfinished.
  server.kill("SIGTERM");
  await server.exited;
  assert(fewest >= median / 2, `the last got ${fewest} answers, the median is ${median}`);
});
