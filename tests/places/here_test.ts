import { assertEquals } from "@std/assert";
import { getLogger } from "@logtape/logtape";
import type { LaneHost } from "../../src/lane/lane.ts";
import type { Order } from "../../src/lane/order.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { LineBuffer } from "../../src/log/line_buffer.ts";
import type { LaneHandle, Place } from "../../src/places/handle.ts";
import { here, hereApart } from "../../src/places/here.ts";
import { Client } from "../helpers/client.ts";

/** A lane of `echo` that has room for one connection, of it and of all lanes. */
const ORDER: Order = {
  lane: 0,
  generation: 0,
  row: 0,
  service: { kind: "service", name: "echo" },
  options: {},
  sandbox: false,
  addresses: [{ transport: "tcp", hostname: "127.0.0.1", port: 0 }],
  sharing: "shared",
  takeOver: false,
  backlog: 16,
  unixMode: null,
  maxConnections: 1,
  totalConnections: 1,
  maxConnectionsPerIp: 0,
  overload: "refuse",
  idleTimeout: 0,
  writeTimeout: 0,
  gracefulTimeout: 0,
  workerTimeout: 0,
  heartbeat: 1000,
  spare: 0,
  mostLanes: 1,
  log: { level: "error", isText: false, isColoured: false },
};

function hostOf(scoreboard: Scoreboard): LaneHost {
  return {
    log: getLogger(["sluice", "test"]),
    accessLog: new LineBuffer(() => {}),
    scoreboard,
    addressTable: null,
    allocate: () => Promise.reject(new Error("Nothing is shared here")),
    importHandler: () => Promise.reject(new Error("There is no handler here")),
    memory: () => 0,
    cpuTime: () => 0,
    onEvent: () => {},
  };
}

/** Starts a lane; disposing ends it. */
async function start(place: Place, order: Order): Promise<AsyncDisposable & { port: number }> {
  const lane: LaneHandle = place(order);
  const { addresses: [address] } = await lane.ready;
  return {
    port: address?.transport === "tcp" ? address.port : 0,
    async [Symbol.asyncDispose]() {
      await lane.stopAccepting();
      lane.drain();
      await lane.exited;
    },
  };
}

Deno.test("hereApart() serves although the lanes have no room for another connection", async () => {
  const scoreboard = new Scoreboard();
  const host = hostOf(scoreboard);
  const row = scoreboard.claim(0)?.index ?? 0;
  await using lane = await start(here(host), { ...ORDER, row });
  using only = await Client.connect(lane);
  await only.send("a");
  assertEquals(await only.receiveText(1), "a");
  using refused = await Client.connect(lane);
  assertEquals(await refused.receiveAll(), "");

  await using probe = await start(hereApart(host), ORDER);
  using client = await Client.connect(probe);
  await client.send("b");
  assertEquals(await client.receiveText(1), "b");
  assertEquals(scoreboard.total, 1);
  await client.end();
  await only.end();
});
