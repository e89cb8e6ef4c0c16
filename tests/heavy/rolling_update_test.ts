/**
 * Three servers behind Sluice, HAProxy and nginx at once, each on a host of its own, under steady
 * load: they are replaced one after another, then one loses its link for a while. The options are
 * those of docs/deploying.md. While they are replaced, Sluice and HAProxy also serve without any
 * retries, which would hide a door that is closed too early.
 */
import { assertEquals, assertGreater } from "@std/assert";
import { makeHandler } from "../helpers/handlers.ts";
import {
  haproxyBalancer,
  type Member,
  nginxBalancer,
  startBalancer,
} from "../helpers/host_balancers.ts";
import { HostLoad } from "../helpers/host_load.ts";
import { Hosts, hostsObstacle } from "../helpers/hosts.ts";
import type { Server } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";
import { findTool, testUnless } from "../helpers/tools.ts";

const BACKENDS = ["one", "two", "three"] as const;
const [PORT, ADMIN_PORT] = [8000, 9900];
const BALANCERS = { sluice: 8080, haproxy: 8081, nginx: 8082 };
/** The ports of those that repeat nothing. */
const STRICT = { "sluice without retries": 8083, "haproxy without retries": 8084 };
/** Requests a second to each balancer. */
const RATE = 60;
/** Two checks, 200 ms apart, notice within less, on a slow machine too. */
const DRAIN_DELAY = "1500ms";

const HANDLER = `export default {
  async fetch() {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return new Response("fine");
  },
};`;

const missing = ["haproxy", "nginx"].filter((tool) => findTool(tool) === null);
const obstacle = missing.length > 0 ? `${missing.join(", ")} not installed` : await hostsObstacle();

/** The options of Sluice as the balancer. A machine that stands still for a moment fails no check. */
const SLUICE = [
  ...["--service", "proxy", "--protocol", "http"],
  ...["--health-check", "http:/readyz", "--health-port", String(ADMIN_PORT)],
  ...["--health-interval", "200ms", "--health-timeout", "2s"],
  ...["--health-fall", "2", "--health-rise", "1", "--slow-start", "0"],
];
const RETRIES = [
  ...["--connect-timeout", "300ms", "--upstream-timeout", "1s"],
  ...["--retries", "2", "--retry-on", "504", "--retry-budget", "100%"],
];
/** Whoever repeats nothing waits for a slow machine. */
const NO_RETRIES = [
  ...["--connect-timeout", "5s", "--upstream-timeout", "10s"],
  ...["--retries", "0", "--connect-retries", "0"],
];

testUnless(
  obstacle,
  "a rolling update, and a link that is pulled, fail no request behind Sluice, HAProxy and nginx",
  async () => {
    await using stack = new AsyncDisposableStack();
    const handler = stack.use(await makeHandler(HANDLER));
    const tokenFile = await Deno.makeTempFile({ dir: "dist" });
    stack.defer(() => Deno.remove(tokenFile));
    await Deno.writeTextFile(tokenFile, "0123456789abcdef0123456789abcdef");
    const hosts = stack.use(await Hosts.start(["client", "balancer", ...BACKENDS]));
    const start = async (name: string): Promise<Server> =>
      stack.use(
        await hosts.startServer(name, [
          ...[...handler.args, "--bind", `${hosts.addressOf(name)}:${PORT}`],
          ...["--admin", `0.0.0.0:${ADMIN_PORT}`, "--admin-token-file", tokenFile],
          ...["--drain-delay", DRAIN_DELAY],
        ]),
      );
    const servers = await Promise.all(BACKENDS.map(start));
    const members: readonly Member[] = BACKENDS.map((name) => ({
      address: hosts.addressOf(name),
      port: PORT,
      adminPort: ADMIN_PORT,
    }));
    const upstreams = members.flatMap(({ address }) => ["--upstream", `${address}:${PORT}`]);
    const startSluice = async (port: number, retries: readonly string[]) =>
      stack.use(
        await hosts.startServer("balancer", [
          ...[...SLUICE, "--bind", `0.0.0.0:${port}`, ...upstreams, ...retries],
        ]),
      );
    const [balancer] = await Promise.all([
      startSluice(BALANCERS.sluice, RETRIES),
      startSluice(STRICT["sluice without retries"], NO_RETRIES),
      startBalancer(
        ...[hosts, "balancer", "haproxy", BALANCERS.haproxy] as const,
        haproxyBalancer(BALANCERS.haproxy, STRICT["haproxy without retries"], members),
      ).then((one) => stack.use(one)),
      startBalancer(
        ...[hosts, "balancer", "nginx", BALANCERS.nginx] as const,
        nginxBalancer(BALANCERS.nginx, members),
      ).then((one) => stack.use(one)),
    ]);

    await underLoad(hosts, BALANCERS, async () => {
      await underLoad(hosts, STRICT, async () => {
        for (const [i, name] of BACKENDS.entries()) {
          const old = servers[i];
          old?.kill("SIGTERM");
          assertEquals(await old?.exited, 0);
          servers[i] = await start(name);
        }
      });
      await pullLink(hosts, "two", balancer);
    });
  },
);

/** Pulls the link of a server in the middle of its requests, and plugs it in again. */
async function pullLink(hosts: Hosts, name: string, balancer: Server): Promise<void> {
  const address = `${hosts.addressOf(name)}:${PORT}`;
  // Not by the message: after many changes it is another one.
  const isNow = (state: string) => () =>
    balancer.log.findLast((line) => line["sluice.upstream.address"] === address)
      ?.["sluice.upstream.state"] === state;
  await hosts.setLink(name, "down");
  await until(`the balancer misses ${name}`, isNow("down"));
  await hosts.setLink(name, "up");
  await until(`the balancer uses ${name} again`, isNow("up"));
}

/** Does something under load through all balancers, and checks that no request has failed. */
async function underLoad(
  hosts: Hosts,
  balancers: Readonly<Record<string, number>>,
  act: () => Promise<void>,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const loads = Object.entries(balancers).map(([name, port]) => {
    const url = `http://${hosts.addressOf("balancer")}:${port}/`;
    return [name, stack.use(new HostLoad(hosts, "client", url, RATE))] as const;
  });
  await Promise.all(loads.map(([, load]) => load.runs()));
  await act();
  const results = await Promise.all(
    loads.map(async ([name, load]) => [name, await load.stop()] as const),
  );
  assertEquals(
    results.map(([name, { errors }]) => [name, errors]),
    results.map(([name]) => [name, {}]),
  );
  for (const [name, { requests }] of results) assertGreater(requests, 2 * RATE, name);
}
