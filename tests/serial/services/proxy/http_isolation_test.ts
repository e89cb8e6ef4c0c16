/** What becomes of one group costs the clients of another no time. */
import { assert, assertEquals } from "@std/assert";
import { type OpenLoad, startOpenLoad } from "../../../../tools/bench/open_client.ts";
import { Client } from "../../../helpers/client.ts";
import { requestText } from "../../../helpers/http_client.ts";
import { startRoutes } from "../../../helpers/http_routes.ts";
import { always, RawBackend, rawResponse } from "../../../helpers/raw_backend.ts";
import { until } from "../../../helpers/until.ts";

/** Requests of each measurement. */
const REQUESTS = 500;
/** Clients of the group that hangs. */
const STUCK = 200;
/** How much later the slowest hundredth may be, in milliseconds: the noise of a busy machine. */
const TOLERANCE = 20;

/** The time that one of a hundred of the next requests exceeds, in milliseconds. */
async function p99(load: OpenLoad): Promise<number> {
  const from = load.latencies.length;
  await until("they are answered", () => load.latencies.length >= from + REQUESTS);
  const sorted = load.latencies.slice(from, from + REQUESTS).sort((a, b) => a - b);
  return sorted[Math.floor(REQUESTS * 0.99)] ?? Infinity;
}

/** How often it is measured at most: one time above the limit may be due to another program. */
const ATTEMPTS = 10;

/** The greatest of some of these times: what the machine does. */
async function greatestP99(load: OpenLoad): Promise<number> {
  let greatest = 0;
  for (let i = 0; i < 4; i++) greatest = Math.max(greatest, await p99(load));
  return greatest;
}

/** The least of some of these times. */
async function leastP99(load: OpenLoad, limit: number): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < ATTEMPTS && least >= limit; i++) least = Math.min(least, await p99(load));
  return least;
}

for (const mode of ["async", "forked"]) {
  Deno.test(`--mode ${mode}: a group that hangs, then refuses, does not move the p99 of another`, async () => {
    await using stack = new AsyncDisposableStack();
    const hanging = stack.use(
      await RawBackend.start(async (_request, peer) => await peer.left),
    );
    const fine = stack.use(await RawBackend.start(always(rawResponse("fine"))));
    const balancer = stack.use(
      await startRoutes(
        { a: [hanging.address], b: [fine.address] },
        [{ path: "/serviceA", upstream: "a" }, { path: "/serviceB", upstream: "b" }],
        ...["--mode", mode, "--upstream-timeout", "30s", "--max-connections-per-ip", "0"],
      ),
    );
    const { server } = balancer;
    await using load = startOpenLoad({
      port: server.port,
      rate: 500,
      connections: 8,
      request: () => requestText("GET", "/serviceB"),
    });
    const before = await greatestP99(load);
    const limit = Math.max(2 * before, before + TOLERANCE);

    const stuck: Client[] = [];
    stack.defer(() => stuck.forEach((client) => client.close()));
    for (let i = 0; i < STUCK; i++) {
      const client = await Client.connect(server);
      stuck.push(client);
      await client.send(requestText("GET", "/serviceA"));
    }
    await until("all hang", () => hanging.requests.length === STUCK);
    const during = await leastP99(load, limit);

    hanging.resetAll();
    const after = await leastP99(load, limit);
    await load.stop();
    assertEquals(load.losses, []);
    assert(during < limit, `the p99 went from ${before} to ${during} ms`);
    assert(after < limit, `the p99 went from ${before} to ${after} ms`);
  });
}
