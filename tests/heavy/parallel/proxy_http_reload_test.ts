/** Rolling restarts of backends, and reloads that change routes and backends, under load. */
import { assert, assertEquals } from "@std/assert";
import { MODES } from "../../../src/modes/registry.ts";
import { startOpenLoad } from "../../../tools/bench/open_client.ts";
import { HttpBackend } from "../../helpers/http_backend.ts";
import { startRoutes } from "../../helpers/http_routes.ts";
import { workers } from "../../helpers/modes.ts";
import { answered, startNumbered } from "../../helpers/proxied_load.ts";
import { startServer } from "../../helpers/server.ts";
import { missingTools, testUnless } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const missing = missingTools(["node", "nginx"]);
const obstacle = missing.length > 0 ? `${missing.join(", ")} not installed` : null;

/** How many reloads there are; a few in modes other than the default one. */
const RELOADS = { async: 20, other: 4 };
const KINDS = ["sluice", "nginx", "node"] as const;

async function startAll(stack: AsyncDisposableStack): Promise<readonly HttpBackend[]> {
  return await Promise.all(
    KINDS.map(async (kind) => stack.use(await HttpBackend.start(kind))),
  );
}

for (const mode of Object.keys(MODES)) {
  const reloads = mode === "async" ? RELOADS.async : RELOADS.other;

  testUnless(
    obstacle,
    `--mode ${mode}: a rolling restart of all backends costs no request`,
    async () => {
      await using stack = new AsyncDisposableStack();
      const backends = await startAll(stack);
      const upstreams = backends.flatMap(({ address }) => ["--upstream", address]);
      const health = [
        ...["--health-check", "http:/health", "--health-interval", "100ms"],
        // A slow machine takes no backend away: one that has ended refuses connections.
        ...["--health-timeout", "20s"],
        ...["--health-rise", "1", "--health-fall", "1", "--slow-start", "0"],
      ];
      // The nginx of these tests passes on to itself, and stops to listen there while it has requests.
      const args = ["--service", "proxy", "--protocol", "http", "--retry-on", "502"];
      const server = stack.use(
        await startServer([...workers(mode), ...args, ...upstreams, ...health]),
      );
      await using load = startNumbered(server, "GET", { rate: 200, connections: 16, wait: 5 });
      await answered(load, 50);
      for (const backend of backends) {
        const tellsOf = (state: string) =>
          server.records((line) =>
            line.message.startsWith(state) && line["sluice.upstream.address"] === backend.address
          ).length;
        const [downs, ups] = [tellsOf("Backend down"), tellsOf("Backend up")];
        await backend.stop();
        await until("it is down", () => tellsOf("Backend down") > downs);
        await answered(load, 50);
        await backend.restart();
        await until("it is up", () => tellsOf("Backend up") > ups);
        await answered(load, 50);
      }
      await load.stop();
      assertEquals(load.losses, []);
      for (const backend of backends) assert((await backend.parsed()).length > 10, backend.kind);
    },
  );

  testUnless(
    obstacle,
    `--mode ${mode}: ${reloads} reloads that change routes and backends cost no request`,
    async () => {
      await using stack = new AsyncDisposableStack();
      const backends = await startAll(stack);
      const settings = (version: number) => {
        const [one, two, three] = backends.map((_, i) =>
          backends[(i + version) % backends.length]?.address ?? ""
        );
        return [
          { even: [one ?? "", two ?? ""], odd: [three ?? ""] },
          [
            { path: "/", upstream: version % 2 === 0 ? "even" : "odd" },
            { path: "/wait", upstream: "even" },
            { path: `/version/${version}`, upstream: "odd", rewrite: "/" },
          ],
        ] as const;
      };
      const balancer = stack.use(await startRoutes(...settings(0), ...workers(mode)));
      await using load = startOpenLoad({
        port: balancer.server.port,
        rate: 200,
        connections: 16,
        request: (i) => `GET ${i % 2 === 0 ? "/" : "/wait?5"} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      });
      for (let version = 1; version <= reloads; version++) {
        await balancer.reload(...settings(version));
        await answered(load, 10);
      }
      await load.stop();
      assertEquals(load.losses, []);
      for (const backend of backends) assert((await backend.parsed()).length > 10, backend.kind);
      balancer.server.kill("SIGTERM");
      assertEquals(await balancer.server.exited, 0);
      assertEquals(balancer.server.log.at(-1)?.["sluice.connections.killed"], 0);
    },
  );
}
