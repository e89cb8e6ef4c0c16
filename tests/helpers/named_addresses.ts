/** Backends that have names, and a balancer in front of them. */
import { formatAddress } from "../../src/base/address.ts";
import { Backend, naming } from "./backend.ts";
import type { DnsServer } from "./dns.ts";
import { freePort } from "./free_port.ts";
import { type Load, startLoad } from "./load.ts";
import { workers } from "./modes.ts";
import { type Server, startServer } from "./server.ts";
import { ask } from "./talk.ts";
import { until } from "./until.ts";

/** Addresses of this machine that tests give names to. */
export const ADDRESSES = ["127.0.0.2", "127.0.0.3", "127.0.0.4"] as const;

/** Backends with the same port at several addresses, each named after its own. */
export function listenAt<T extends readonly string[]>(
  ...hostnames: T
): { [K in keyof T]: Backend } {
  const port = freePort();
  const backends = hostnames.map((hostname) => new Backend(naming(hostname), { hostname, port }));
  return backends as unknown as { [K in keyof T]: Backend };
}

/** Starts a balancer of backends with names that a name server knows. */
export function balance(
  mode: string,
  upstream: string,
  dns: DnsServer,
  ...more: readonly string[]
) {
  return startServer([
    ...["--service", "proxy", ...workers(mode), "--upstream", upstream],
    ...["--resolver", formatAddress(dns.address), "--resolve-interval", "100ms-1s"],
    ...["--health-interval", "100ms", "--health-rise", "1", "--slow-start", "0", ...more],
  ]);
}

/** Clients of which each wants an answer with its own line. */
export function load(server: Server, long = 0): Load {
  const isRight = (answer: string, line: string) => answer.split(" ")[1] === line;
  return startLoad(server, { short: 4, long, pause: 5, isRight });
}

/** Waits for so many more exchanges. */
export async function served(load: Load, more: number): Promise<void> {
  const wanted = load.exchanges + more;
  await until(
    `${more} more exchanges were made`,
    () => load.failures.length > 0 || load.exchanges >= wanted,
  );
}

/** The names of the backends of so many clients, each once. */
export async function namesOf(server: Server, clients: number): Promise<readonly string[]> {
  const names = new Set<string>();
  for (let i = 0; i < clients; i++) names.add((await ask(server, "hello")).split(" ")[0] ?? "");
  return [...names].sort();
}
