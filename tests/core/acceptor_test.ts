import { assert, assertEquals } from "@std/assert";
import { PeerError } from "../../src/core/errors.ts";
import type { Listener } from "../../src/core/listener.ts";
import type { Service } from "../../src/core/service.ts";
import { Client } from "../helpers/client.ts";
import { serve } from "../helpers/lane.ts";
import { until } from "../helpers/until.ts";

const echo: Service = async (connection) => {
  let data: Uint8Array | null;
  while ((data = await connection.read()) !== null) await connection.write(data);
};

/** A real listener that calls `act` before each accept; if that throws, the accept fails. */
function beforeAccept(act: () => void): (listener: Listener) => Listener {
  return (listener) => ({
    ...listener,
    [Symbol.asyncIterator]: () => {
      const sockets = listener[Symbol.asyncIterator]();
      return {
        next: async () => {
          act();
          return await sockets.next();
        },
      };
    },
  });
}

/** A real listener whose first accepts fail with these errors. */
function failing(errors: Error[]): (listener: Listener) => Listener {
  return beforeAccept(() => {
    const error = errors.shift();
    if (error !== undefined) throw error;
  });
}

Deno.test("Acceptor survives running out of descriptors, and reports it once per outage", async () => {
  const full = () => new Error("Too many open files (os error 24)");
  await using serving = await serve(echo, { wrap: failing([full(), full(), full()]) });
  using client = await Client.connect(serving);
  await client.send("x");
  assertEquals(await client.receiveText(1), "x");
  const types = serving.events.map((event) => event.type);
  assertEquals(types, ["starved", "recovered", "accepted"]);
});

Deno.test("Acceptor skips a client that disconnects before it is accepted", async () => {
  const errors = [
    new Deno.errors.ConnectionAborted(),
    new Deno.errors.NotConnected("Transport endpoint is not connected (os error 107)"),
    new Error("No route to host (os error 113)"),
  ];
  await using serving = await serve(echo, { wrap: failing(errors) });
  using client = await Client.connect(serving);
  await client.send("x");
  assertEquals(await client.receiveText(1), "x");
  const types = serving.events.map((event) => event.type);
  assertEquals(types, ["vanished", "vanished", "vanished", "accepted"]);
});

Deno.test("Acceptor serves at most the maximum, and leaves the others in the kernel's queue", async () => {
  let accepts = 0;
  const wrap = beforeAccept(() => accepts++);
  await using serving = await serve(echo, { maxConnections: 2, wrap });
  using first = await Client.connect(serving);
  using second = await Client.connect(serving);
  using third = await Client.connect(serving);
  await third.send("waits");
  // Once both are served, the acceptor waits for room and the third is in the queue.
  for (const client of [first, second]) {
    await client.send("x");
    await client.receive(1);
  }
  assertEquals(accepts, 2, "it accepted beyond the limit");
  first.close();
  assertEquals(await third.receiveText(5), "waits");
  const types = serving.events.map((event) => event.type);
  assertEquals(types, ["accepted", "accepted", "closed", "accepted"]);
});

Deno.test("Acceptor refuses beyond the maximum with the service's message", async () => {
  await using serving = await serve(echo, {
    maxConnections: 1,
    overload: "refuse",
    refusal: "full\n",
  });
  using first = await Client.connect(serving);
  await first.send("x");
  await first.receive(1);
  using second = await Client.connect(serving);
  await second.send("anyone there?");
  assertEquals(await second.receiveAll(), "full\n");
  second.close();
  const refused = serving.events.find((event) => event.type === "refused");
  assertEquals(refused?.type === "refused" && refused.reason, "total");
});

Deno.test("Acceptor refuses an address beyond its limit, even where clients beyond the total wait", async () => {
  await using serving = await serve(echo, { maxConnectionsPerIp: 1, refusal: "one each\n" });
  using first = await Client.connect(serving);
  await first.send("x");
  await first.receive(1);
  using second = await Client.connect(serving);
  assertEquals(await second.receiveAll(), "one each\n");
  assertEquals(serving.resources.open, 1);
});

Deno.test("Acceptor reports what a service threw, and closes only that connection", async () => {
  await using serving = await serve(async (connection) => {
    if (await connection.readLine(10) === "bad") throw new TypeError("broken");
    await connection.write("good");
  });
  using bad = await Client.connect(serving);
  using good = await Client.connect(serving);
  await bad.send("bad\n");
  assertEquals(await bad.receiveAll(), "");
  await good.send("fine\n");
  assertEquals(await good.receiveText(4), "good");
  const [summary] = await serving.closed(1);
  assertEquals([summary?.endedBy, summary?.error?.message], ["error", "broken"]);
});

Deno.test("Acceptor sends the answer of a PeerError to the client", async () => {
  await using serving = await serve(() => {
    throw new PeerError("for the log", "for the client");
  });
  using client = await Client.connect(serving);
  assertEquals(await client.receiveAll(), "for the client");
});

Deno.test("Acceptor recognizes a PeerError of another copy of the class, as in a bundled handler", async () => {
  await using serving = await serve(() => {
    throw Object.assign(new Error("for the log"), { answer: "told", endedBy: "limit" });
  });
  using client = await Client.connect(serving);
  assertEquals(await client.receiveAll(), "told");
  client.close();
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "limit");
});

Deno.test("Acceptor.stopAccepting() accepts the clients that are already queued", async () => {
  const gate = Promise.withResolvers<void>();
  await using serving = await serve(async (connection) => {
    await gate.promise;
    await echo(connection);
  });
  const clients = await Promise.all(
    Array.from({ length: 50 }, () => Client.connect(serving)),
  );
  const closing = serving.acceptor.stopAccepting();
  gate.resolve();
  await closing;
  await Promise.all(clients.map(async (client) => {
    await client.send("in time");
    assertEquals(await client.receiveText(7), "in time");
    client.close();
  }));
});

Deno.test("Acceptor releases every lease, whatever happens to connections", async () => {
  let seed = 42;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  await using serving = await serve(async (connection) => {
    const luck = random();
    if (luck < 0.15) throw new Error("unlucky");
    if (luck < 0.3) return connection.close();
    if (luck < 0.45) throw new PeerError("told", "told");
    if (luck < 0.6) await connection.readLine(3);
    await echo(connection);
  }, { maxConnections: 20, maxConnectionsPerIp: 15, overload: "refuse", idleTimeout: 50 });
  for (let round = 0; round < 20; round++) {
    await Promise.allSettled(Array.from({ length: 25 }, async () => {
      using client = await Client.connect(serving);
      const luck = random();
      if (luck < 0.2) return;
      await client.send("some data");
      if (luck < 0.4) return;
      if (luck < 0.6) await client.end();
      if (luck < 0.8) await client.receive(1);
      else await client.receiveAll();
    }));
  }
  const count = (type: string) => serving.events.filter((event) => event.type === type).length;
  // Those that left at once may still be in the queue.
  await until("all have been accepted", () => count("accepted") + count("refused") >= 500);
  await until("every lease is released", () => serving.resources.open === 0);
  await until("every connection is reported", () => count("closed") === count("accepted"));
  assertEquals(count("accepted") + count("refused"), 500);
  assert(count("refused") > 0, "the limits were never reached");
});
