/** How the balancer shares clients among backends, with each policy. */
import { assert } from "@std/assert";
import { NamedEcho } from "./balancer.ts";
import { assertShares } from "./chi_squared.ts";
import { Client } from "./client.ts";
import { makeConfig } from "./config.ts";
import { freePort } from "./free_port.ts";
import { SERVER, startCommand } from "./server.ts";
import { until } from "./until.ts";

const WEIGHTS = [1, 2, 3];

/**
 * What each policy makes of the weights, for clients that come one after another. That of p2c
 * depends on latencies besides, which are those of this machine at that time.
 */
export const SHARES: Readonly<Record<string, readonly number[]>> = {
  "round-robin": WEIGHTS,
  "least-connections": WEIGHTS,
  "hash": WEIGHTS,
  "first": [1, 0, 0],
};

/** A balancer with a group for each policy, all with the same backends. */
export interface PolicyBalancer extends AsyncDisposable {
  /** Waits until p2c has sent a client to each backend. */
  usesAll(): Promise<void>;
  /** Asserts that so many clients of a policy, some of them at once, are shared as its weights say. */
  sharesRightly(policy: string, count: number, atOnce?: number): Promise<void>;
}

/** Starts it. */
export async function startPolicies(mode: readonly string[]): Promise<PolicyBalancer> {
  await using stack = new AsyncDisposableStack();
  const backends = WEIGHTS.map((_, i) => stack.use(new NamedEcho(String(i))));
  const upstream = backends.map(({ address: { hostname, port } }, i) =>
    `${hostname}:${port},weight=${WEIGHTS[i]}`
  );
  const ports = Object.fromEntries(
    ["p2c", ...Object.keys(SHARES)].map((policy) => [policy, freePort()]),
  );
  const groups = Object.entries(ports).map(([policy, port]) => `
    [upstreams.${policy}]
    upstream = ${JSON.stringify(upstream)}
    balance = "${policy}"
    [[routes]]
    bind = "127.0.0.1:${port}"
    upstream = "${policy}"`);
  const config = stack.use(
    await makeConfig(`
      service = "proxy"
      health-check = "none"
      accept-proxy = true
      trusted-proxies = ["127.0.0.1"]
      ${groups.join("")}`),
  );
  // The routes say what it listens on, instead of `--port`.
  stack.use(await startCommand([...SERVER, ...mode, ...config.args]));
  const started = stack.move();
  return {
    async usesAll() {
      const counts = WEIGHTS.map(() => 0);
      await until("p2c has used each backend", async () => {
        const more = await countsOf(ports["p2c"] ?? 0, 10);
        more.forEach((count, i) => counts[i] = (counts[i] ?? 0) + count);
        return !counts.includes(0);
      });
    },
    async sharesRightly(policy, count, atOnce) {
      const shares = SHARES[policy] ?? [];
      const sample = () => countsOf(ports[policy] ?? 0, count, atOnce);
      // With several at once, connections that are open count as well as the weights.
      const check = policy === "least-connections" && atOnce !== undefined
        ? assertNearly
        : assertShares;
      // What is right fails once in a thousand samples: three of them will not.
      for (let left = 2;; left--) {
        try {
          return check(await sample(), shares);
        } catch (error) {
          if (left === 0) throw error;
        }
      }
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Asserts that counts are within a tenth of their shares, and what few clients deviate by chance. */
function assertNearly(counts: readonly number[], shares: readonly number[]): void {
  const [total, whole] = [counts, shares].map((list) => list.reduce((sum, one) => sum + one, 0));
  counts.forEach((count, i) => {
    const expected = (total ?? 0) * (shares[i] ?? 0) / (whole ?? 1);
    const most = expected / 10 + 3 * Math.sqrt(expected);
    assert(Math.abs(count - expected) <= most, `${counts} for shares of ${shares}`);
  });
}

/** How many of so many clients, with an address of their own each, each backend is sent. */
async function countsOf(port: number, clients: number, atOnce = 1): Promise<readonly number[]> {
  const counts = WEIGHTS.map(() => 0);
  let begun = 0;
  const visitAll = async () => {
    while (begun < clients) {
      const name = await visit(port, begun++);
      counts[name] = (counts[name] ?? NaN) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, visitAll));
  return counts;
}

/** Connects as a client of a proxy with an address of its own, and returns the backend. */
async function visit(port: number, number: number): Promise<number> {
  using client = await Client.connect({ port });
  const address = [10, Math.floor(Math.random() * 256), number >> 8, number & 255].join(".");
  await client.send(`PROXY TCP4 ${address} 127.0.0.1 1024 80\r\n`);
  const name = await client.receiveUntil("\n");
  await client.end();
  await client.receiveAll();
  return Number(name);
}
