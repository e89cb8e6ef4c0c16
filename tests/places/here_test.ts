import { assertEquals } from "@std/assert";
import type { Logger, LogMethod } from "../../src/log/logger.ts";
import type { LaneHandle } from "../../src/places/handle.ts";
import { here } from "../../src/places/here.ts";
import { makeHost } from "../helpers/host.ts";
import { makeOrder } from "../helpers/order.ts";

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
