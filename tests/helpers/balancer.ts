import { type Address, formatAddress } from "../../src/base/address.ts";
import { Backend } from "./backend.ts";
import { type Server, startServer } from "./server.ts";

/** A backend that sends its name in a line, and then all that comes back. */
export class NamedEcho extends Backend {
  /** The most connections that were open at a time. */
  peak = 0;

  constructor(readonly name: string) {
    super(async (conn) => {
      this.peak = Math.max(this.peak, this.open);
      await conn.write(new TextEncoder().encode(`${name}\n`));
      const buffer = new Uint8Array(16 * 1024);
      for (let count; (count = await conn.read(buffer)) !== null;) {
        for (let sent = 0; sent < count;) sent += await conn.write(buffer.subarray(sent, count));
      }
    });
  }
}

/**
 * Starts the balancer with backends that are not checked.
 *
 * @param backends Their addresses; or more, such as `127.0.0.1:8000,max=1`.
 */
export function startBalancer(
  backends: readonly (string | Address)[],
  ...args: readonly string[]
): Promise<Server> {
  const upstreams = backends.flatMap((one) => [
    "--upstream",
    typeof one === "string" ? one : formatAddress(one),
  ]);
  const unchecked = args.includes("--health-check") ? [] : ["--health-check", "none"];
  return startServer(["--service", "proxy", ...upstreams, ...unchecked, ...args]);
}

/** Starts the balancer of HTTP, with backends that are not checked. */
export function startHttpBalancer(
  backends: readonly (string | Address)[],
  ...args: readonly string[]
): Promise<Server> {
  return startBalancer(backends, "--protocol", "http", ...args);
}
