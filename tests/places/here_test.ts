import { assertEquals } from "@std/assert";
import type { LaneHost } from "../../src/lane/lane.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { LineBuffer } from "../../src/log/line_buffer.ts";
import type { Logger, LogMethod } from "../../src/log/logger.ts";
import type { LaneHandle } from "../../src/places/handle.ts";
import { here, hereApart } from "../../src/places/here.ts";
import { Client } from "../helpers/client.ts";
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

function makeHost(): LaneHost {
  return {
    log: LOG,
    accessLog: new LineBuffer(() => {}),
    scoreboard: new Scoreboard(),
    addressTables: () => [],
    allocate: () => Promise.reject(new Error("there is no shared memory")),
    importHandler: () => Promise.reject(new Error("there is no handler")),
    memory: () => 0,
    cpuTime: () => 0,
    onEvent: () => {},
  };
}

async function portOf(lane: LaneHandle): Promise<number> {
  const { addresses: [address] } = await lane.ready;
  if (address?.transport !== "tcp") throw new Error("The lane has no TCP address");
  return address.port;
}

async function stop(lane: LaneHandle): Promise<void> {
  await lane.stopAccepting();
  lane.drain();
  lane.closeConnections();
  assertEquals(await lane.exited, { kind: "stopped" });
}

Deno.test("hereApart() serves even if the lanes of its host are full", async () => {
  const order = makeOrder({ totalConnections: 1, overload: "refuse" });
  const host = makeHost();
  const [full, probe] = [here(host)(order), hereApart(host)(order)];
  using first = await Client.connect({ port: await portOf(full) });
  await first.send("x");
  assertEquals(await first.receiveText(1), "x");
  using refused = await Client.connect({ port: await portOf(full) });
  assertEquals(await refused.receiveAll().catch(() => ""), "");
  using served = await Client.connect({ port: await portOf(probe) });
  await served.send("y");
  assertEquals(await served.receiveText(1), "y");
  assertEquals(host.scoreboard.total, 1);
  await Promise.all([full, probe].map(stop));
});

Deno.test("here() logs a stray error once, however many places and lanes there are", async () => {
  const places = [here(makeHost()), here(makeHost())];
  const lanes = places.flatMap((place) => [place(makeOrder({})), place(makeOrder({ row: 1 }))]);
  await Promise.all(lanes.map((lane) => lane.ready));
  const event = new ErrorEvent("error", { error: new Error("stray"), cancelable: true });
  globalThis.dispatchEvent(event);
  await Promise.all(lanes.map(stop));
  assertEquals(event.defaultPrevented, true);
  assertEquals(errors, ["Uncaught error outside of any connection, in a promise or a timer"]);
});
