/** The balancer among hosts whose network fails: a client, the balancer, and three backends. */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { BACKEND_PORT, HostClient, startBackend } from "../helpers/host_programs.ts";
import { Hosts, hostsObstacle } from "../helpers/hosts.ts";
import type { Visit } from "../helpers/host_client.ts";
import { memoryOf } from "../helpers/process.ts";
import type { Server } from "../helpers/server.ts";
import { testUnless } from "../helpers/tools.ts";

const PORT = 8080;
const BACKENDS = ["one", "two", "three"];
/** Of the health checks: an interval and a timeout in milliseconds, and failures in a row. */
const [INTERVAL, TIMEOUT, FALL] = [200, 200, 3];
/** A narrow link in megabits a second, and lines of a kilobyte that take some seconds there. */
const [RATE, LINES] = [100, 60 * 1024];
/** What that takes at least, in milliseconds. */
const NARROW_TIME = LINES / 1024 * 8 / RATE * 1000 * 0.8;
/** How late the log may be on a loaded machine, in milliseconds. */
const SLACK = 5000;

const obstacle = await hostsObstacle();

/** Everything that a test has. */
interface Site {
  readonly hosts: Hosts;
  readonly server: Server;
  readonly client: HostClient;
  /** Ends the backend of a host with its process. */
  kill(name: string): Promise<void>;
}

/** @param each What follows the address of each backend. */
function networkTest(
  promise: string,
  options: readonly string[],
  run: (site: Site) => Promise<void>,
  each = "",
): void {
  testUnless(obstacle, `--service proxy among hosts: ${promise}`, async () => {
    await using stack = new AsyncDisposableStack();
    const hosts = stack.use(await Hosts.start(["client", "balancer", ...BACKENDS]));
    const backends = new Map(
      await Promise.all(
        BACKENDS.map(async (name) => [name, stack.use(await startBackend(hosts, name))] as const),
      ),
    );
    const upstreams = BACKENDS.flatMap((
      name,
    ) => ["--upstream", `${hosts.addressOf(name)}:${BACKEND_PORT}${each}`]);
    const server = stack.use(
      await hosts.startServer("balancer", [
        ...["--service", "proxy", "--bind", `0.0.0.0:${PORT}`, ...upstreams],
        ...["--mode", "pooled", "--workers", "2", "--slow-start", "0"],
        ...["--health-interval", `${INTERVAL}ms`, "--health-fall", String(FALL)],
        // Health checks alone are to decide.
        ...["--health-rise", "2", "--fail-limit", "0", ...options],
      ]),
    );
    const client = stack.use(new HostClient(hosts, "client", { host: "balancer", port: PORT }));
    const kill = async (name: string) => await backends.get(name)?.kill();
    await run({ hosts, server, client, kill });
  });
}

function failuresOf(visits: readonly Visit[]): readonly (string | null)[] {
  return visits.map(({ error }) => error).filter((error) => error !== null);
}

function namesOf(visits: readonly Visit[]): readonly string[] {
  return [...new Set(visits.map(({ name }) => name))].sort();
}

/** The time until something is logged, in milliseconds. */
async function timeUntil(server: Server, message: string): Promise<number> {
  const begun = performance.now();
  await server.logged(message);
  return performance.now() - begun;
}

for (
  const [what, lose, restore] of [
    [
      "a backend whose link is pulled",
      (hosts: Hosts) => hosts.setLink("two", "down"),
      (hosts: Hosts) => hosts.setLink("two", "up"),
    ],
    [
      "a backend that falls silent",
      (hosts: Hosts) => hosts.filter("two", "drop"),
      (hosts: Hosts) => hosts.filter("two", null),
    ],
  ] as const
) {
  networkTest(
    `${what} is noticed in time, costs no client, and is used again`,
    ["--balance", "round-robin", "--connect-timeout", "200ms", "--health-timeout", `${TIMEOUT}ms`],
    async ({ hosts, server, client }) => {
      assertEquals(namesOf(await client.visit(30)), [...BACKENDS].sort());
      await client.start();
      await lose(hosts);
      assertLess(await timeUntil(server, "Backend down"), FALL * INTERVAL + TIMEOUT + SLACK);
      const others = await client.visit(30);
      assertEquals(namesOf(others), ["one", "three"]);
      await restore(hosts);
      await server.logged("Backend up");
      assertEquals(namesOf(await client.visit(60)), [...BACKENDS].sort());
      const visits = await client.stop();
      assertEquals(failuresOf([...others, ...visits]), []);
      assertGreater(visits.length, 20);
    },
  );
}

networkTest(
  "a network that loses every tenth packet slows clients down, and fails none",
  // Three checks in a row must not lose the packets of each of their tries: after 1, 3 and 7 s.
  ["--health-timeout", "10s"],
  async ({ hosts, server, client }) => {
    for (const name of BACKENDS) await hosts.filter(name, "numgen random mod 100 < 10 drop");
    await hosts.filter("balancer", "numgen random mod 100 < 10 drop");
    await client.start();
    await client.visit(10);
    assertEquals(failuresOf(await client.stop()), []);
    assertEquals(server.records("Backend down"), []);
  },
);

networkTest(
  "a narrow link slows down who uses it, and takes neither memory nor time from others",
  ["--balance", "first"],
  async ({ hosts, server, client }) => {
    await using slow = new HostClient(hosts, "client", { host: "balancer", port: PORT });
    await hosts.narrow("one", RATE);
    assertEquals(await slow.hold(), "one");
    const before = memoryOf(server.pid);
    const begun = performance.now();
    const [received, visits] = await Promise.all([slow.send(0, LINES), client.visit(50)]);
    assertGreater(performance.now() - begun, NARROW_TIME);
    assertEquals(received, LINES);
    assertEquals(failuresOf(visits), []);
    assertEquals(visits.filter(({ name }) => name === "one"), []);
    // The machine may stand still, but nobody waits for the narrow link.
    assertLess(Math.max(...visits.map(({ took }) => took)), NARROW_TIME * 0.7);
    assertLess(memoryOf(server.pid) - before, 15 * 1024 * 1024);
  },
  ",max=1",
);

networkTest(
  "a connection is half-open while its backend is gone, and ends when the backend is back without it",
  ["--balance", "first", "--health-timeout", `${TIMEOUT}ms`],
  async ({ hosts, server, client, kill }) => {
    assertEquals(await client.hold(), "one");
    await hosts.setLink("one", "down");
    await kill("one");
    await server.logged("Backend down");
    assertEquals(await client.hold(), "two");
    await hosts.setLink("one", "up");
    assertEquals(await client.say(0), "");
    assert((await client.say(1)).startsWith("two "));
    const closed = await server.logged("Connection closed");
    assertEquals(closed["sluice.connection.ended_by"], "upstream");
    assertEquals(closed["sluice.upstream.address"], `${hosts.addressOf("one")}:${BACKEND_PORT}`);
  },
);

networkTest(
  "a connection whose backend never comes back ends by --idle-timeout, and tells why",
  ["--balance", "first", "--health-timeout", `${TIMEOUT}ms`, "--idle-timeout", "2s"],
  async ({ hosts, server, client }) => {
    assertEquals(await client.hold(), "one");
    await hosts.filter("one", "drop");
    assertEquals(await client.say(0), "");
    const closed = await server.logged("Connection closed");
    assertEquals(closed["sluice.connection.ended_by"], "timeout");
    assertEquals(namesOf(await client.visit(5)), ["two"]);
  },
);
