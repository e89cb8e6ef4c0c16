import { assertEquals, assertRejects } from "@std/assert";
import type { LaneHost } from "../../src/lane/lane.ts";
import type { Logger, LogMethod } from "../../src/log/logger.ts";
import type { LaneHandle } from "../../src/places/handle.ts";
import { here } from "../../src/places/here.ts";
import { makeHost } from "../helpers/host.ts";
import { makeOrder } from "../helpers/order.ts";
import { until } from "../helpers/until.ts";

const ignore: LogMethod = () => {};

/** The errors that lanes have logged, on any of the places. */
const errors: string[] = [];
const LOG: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: (message) => void errors.push(message),
  getChild: () => LOG,
};

async function stop(lane: LaneHandle): Promise<void> {
  await lane.stopAccepting();
  lane.drain();
  lane.closeConnections();
  assertEquals(await lane.exited, { kind: "stopped" });
}

Deno.test("here() logs a stray error once, however many places and lanes there are", async () => {
  const places = [here(makeHost({ log: LOG })), here(makeHost({ log: LOG }))];
  const lanes = places.flatMap((place) => [place(makeOrder({})), place(makeOrder({ row: 1 }))]);
  await Promise.all(lanes.map((lane) => lane.ready));
  const event = new ErrorEvent("error", { error: new Error("stray"), cancelable: true });
  globalThis.dispatchEvent(event);
  await Promise.all(lanes.map(stop));
  assertEquals(event.defaultPrevented, true);
  assertEquals(errors, ["Uncaught error outside of any connection, in a promise or a timer"]);
});

/** A host whose handler logs its hooks in `calls`; its start resolves with `starting`. */
function hookedHost(calls: string[], starting: Promise<void> = Promise.resolve()): LaneHost {
  const handler = {
    serve() {},
    async start() {
      calls.push("start");
      await starting;
    },
    stop: () => void calls.push("stop"),
  };
  return makeHost({ importHandler: () => Promise.resolve({ default: handler }) });
}

const HOOKED = {
  service: { kind: "handler", path: "/handler.js" },
  options: { root: null, compress: false, accessLog: null },
} as const;

Deno.test("here() stops a handler that was started, if an address cannot be bound", async () => {
  const calls: string[] = [];
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const addresses = [{ transport: "tcp", hostname: "127.0.0.1", port: taken.addr.port }] as const;
  const lane = here(hookedHost(calls))(makeOrder({ ...HOOKED, addresses }));
  await assertRejects(() => lane.ready, Error, "address in use");
  assertEquals(calls, ["start", "stop"]);
});

Deno.test("here() stops a handler whose start ends after the lane was given up", async () => {
  const calls: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const lane = here(hookedHost(calls, promise))(makeOrder(HOOKED));
  await until("the start has begun", () => calls.length === 1);
  lane.kill(new Error("too late"));
  await assertRejects(() => lane.ready, Error, "too late");
  assertEquals(calls, ["start"]);
  resolve();
  await until("the handler is stopped", () => calls.length === 2);
  assertEquals(calls, ["start", "stop"]);
});

Deno.test("here() stops a handler once, even if the lane retires and then drains", async () => {
  const calls: string[] = [];
  const lane = here(hookedHost(calls))(makeOrder({ ...HOOKED, addresses: [] }));
  await lane.ready;
  await lane.retire();
  lane.drain();
  assertEquals(await lane.exited, { kind: "stopped" });
  assertEquals(calls, ["start", "stop"]);
});
