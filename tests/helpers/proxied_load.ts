/** A load for a balancer whose backends come and go, and what has become of its requests. */
import { type OpenLoad, startOpenLoad } from "../../tools/bench/open_client.ts";
import type { HttpBackend } from "./http_backend.ts";
import { until } from "./until.ts";

/** Starts requests, each with a number of its own in a field `X`, and so long at a backend. */
export function startNumbered(
  server: { port: number },
  method: string,
  options: { readonly rate: number; readonly connections: number; readonly wait: number },
): OpenLoad {
  const body = method === "POST" ? "hello" : "";
  return startOpenLoad({
    port: server.port,
    rate: options.rate,
    connections: options.connections,
    request: (i) =>
      `${method} /wait?${options.wait} HTTP/1.1\r\nHost: localhost\r\nX: ${method}-${i}\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  });
}

/** Waits until so many more requests have been answered. */
export async function answered(load: OpenLoad, count: number): Promise<void> {
  const { length } = load.latencies;
  await until(`${count} more are answered`, () => load.latencies.length >= length + count);
}

/** Waits until each request that was due by now has a response, or has failed. */
export async function settled({ due, open }: OpenLoad): Promise<void> {
  await until("all are over", () => [...open].every((number) => number >= due));
}

/** The statuses of the requests that have failed, by their numbers; 0 without a response. */
export function failuresOf(load: OpenLoad): ReadonlyMap<number, number> {
  return new Map(load.losses.map((loss) => {
    const [, number, status = 0] = /^request (\d+): (?:HTTP\/1\.1 (\d{3}))?/.exec(loss) ?? [];
    return [Number(number), Number(status)];
  }));
}

/** How often each number of a method has arrived at any of the backends. */
export async function arrivals(
  method: string,
  backends: readonly HttpBackend[],
): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  for (const backend of backends) {
    for (const { fields } of await backend.parsed()) {
      const value = fields.find(([name]) => name.toLowerCase() === "x")?.[1] ?? "";
      if (!value.startsWith(`${method}-`)) continue;
      const number = Number(value.slice(method.length + 1));
      counts.set(number, (counts.get(number) ?? 0) + 1);
    }
  }
  return counts;
}
