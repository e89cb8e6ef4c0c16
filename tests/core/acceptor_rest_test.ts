/** Acceptors whose listeners are closed while they wait for their turn. */
import { assertEquals, assertRejects } from "@std/assert";
import { Acceptor } from "../../src/core/acceptor.ts";
import { listen } from "../../src/core/listener.ts";
import { Refusal } from "../../src/core/resources.ts";
import { freePort } from "../helpers/free_port.ts";
import { serve } from "../helpers/lane.ts";
import { until } from "../helpers/until.ts";

const SHARED = { sharing: "shared", takeOver: false, backlog: 128, unixMode: null } as const;

Deno.test("Acceptor that listens again leaves clients to others if its lane has become full meanwhile", async () => {
  const service = () => Promise.resolve();
  await using lane = await serve(service, { maxConnections: 1, totalConnections: 9 });
  const { resources, connections } = lane;
  // It is closed and opened again: nobody else may get it meanwhile.
  const here = { transport: "tcp", hostname: "127.0.0.1", port: freePort() } as const;
  const listener = await listen(here, SHARED);
  const { address } = listener;
  if (address.transport !== "tcp") throw new Error("Expected a TCP listener");
  const { port } = address;
  const leases: { release(): void }[] = [];
  let opened = 0;
  const acceptor = new Acceptor({
    ...{ listener, resources, service, connections, overload: "wait", refusal: null },
    introductions: null,
    // As if the turn took long each time.
    turn: { acquire: (rest) => Promise.resolve(rest()), release() {} },
    async reopen() {
      const again = await listen(address, SHARED);
      const lease = opened++ === 0 ? resources.allocate(null) : null;
      if (lease instanceof Refusal) throw new Error("There is no room");
      if (lease !== null) leases.push(lease);
      return again;
    },
    onFull() {},
    emit() {},
  });
  const running = acceptor.run();
  try {
    await until("the lane is full", () => leases.length === 1);
    const connect = () =>
      Deno.connect({ hostname: "127.0.0.1", port }).then((conn) => conn.close());
    await assertRejects(connect, Deno.errors.ConnectionRefused);
    assertEquals(opened, 1);
    leases.pop()?.release();
    await until("it listens again", () => connect().then(() => true, () => false), 5000);
  } finally {
    for (const lease of leases.splice(0)) lease.release();
    await acceptor.retire();
  }
  await running;
});
