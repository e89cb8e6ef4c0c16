import { assert, assertEquals } from "@std/assert";
import { makeConfig } from "../../helpers/config.ts";
import { workers } from "../../helpers/modes.ts";
import { type NamedBackend, startNode } from "../../helpers/named_backends.ts";
import { childrenOf, descriptorsOf } from "../../helpers/process.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";
import { askName, hold, namesIn, startVisits } from "../../helpers/visits.ts";

/** In `async`; the other modes do the same with new workers, which cost more. */
const RELOADS = 20;
const FEW_RELOADS = 5;
/** Likewise: a connection that leaves something shows in any number of them. */
const SHORT = 10_000;
const FEW_SHORT = 2000;
/** Connections before the descriptors are counted for the first time. */
const FIRST = 200;
/** The most connections at a time to the backend. */
const MAX = 4;

/** A configuration with some of the backends, and weights, both by its number. */
function configOf(number: number, backends: readonly NamedBackend[]): string {
  const upstream = backends
    .filter((_, i) => i !== number % (backends.length + 1))
    .map(({ address }, i) => `${address},weight=${1 + (number + i) % 5}`);
  return `
    service = "proxy"
    upstream = ${JSON.stringify(upstream)}
    health-interval = "100ms"
    health-rise = 1`;
}

for (const mode of ["async", "threaded", "pooled", "forked"]) {
  const reloads = mode === "async" ? RELOADS : FEW_RELOADS;
  testWith(
    "node",
    `--mode ${mode}: ${reloads} reloads that change backends lose nothing`,
    async () => {
      await using stack = new AsyncDisposableStack();
      const backends = await Promise.all(["a", "b", "c"].map((name) => startNode(name)));
      backends.forEach((backend) => stack.use(backend));
      const config = stack.use(await makeConfig(configOf(0, backends)));
      const server = stack.use(await startServer([...workers(mode), ...config.args]));
      const visits = startVisits(server, 6);
      stack.defer(() => visits.stop());
      const held = await Promise.all([1, 2, 3, 4].map(() => hold(server)));
      for (let number = 1; number <= reloads; number++) {
        await config.write(configOf(number, backends));
        server.kill("SIGHUP");
        await until(`reload ${number} is over`, () => server.records("Reloaded").length === number);
        await visits.next(10);
        for (const { client, backend } of held) assertEquals(await askName(client, "on"), backend);
      }
      for (const { client } of held) client.close();
      await visits.stop();
      assertEquals(visits.all.filter(({ error }) => error !== null), []);
      assertEquals(namesIn(visits.all), ["a", "b", "c"]);
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
      assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
    },
  );
}

function allDescriptors({ pid }: Server): number {
  return [pid, ...childrenOf(pid)].reduce((sum, pid) => sum + descriptorsOf(pid), 0);
}

for (const mode of ["async", "threaded", "pooled", "forked"]) {
  const short = mode === "async" ? SHORT : FEW_SHORT;
  testWith(
    "node",
    `--mode ${mode}: the balancer leaves nothing of ${short} short connections`,
    async () => {
      await using backend = await startNode("a");
      await using server = await startServer([
        ...workers(mode, 1),
        ...["--service", "proxy", "--health-check", "none", "--queue-timeout", "20s"],
        ...["--upstream", `${backend.address},max=${MAX}`],
      ]);
      const visits = startVisits(server, 4 * MAX);
      await until(`${FIRST} have left`, () => visits.all.length >= FIRST);
      const before = allDescriptors(server);
      await until(`${short} have left`, () => visits.all.length >= short, 120_000);
      await visits.stop();
      assertEquals(visits.all.filter(({ error }) => error !== null), []);
      await until("no descriptor is left", () => allDescriptors(server) <= before);
      // All places of the backend are free again.
      const held = await Promise.all(Array.from({ length: MAX }, () => hold(server)));
      for (const { client } of held) client.close();
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
      assert(Number(server.log.at(-1)?.["sluice.connections.accepted"]) >= short);
    },
  );
}
