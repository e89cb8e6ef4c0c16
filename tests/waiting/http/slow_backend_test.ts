/** Backends and clients that take their time, at the balancer of HTTP. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { startHttpBalancer } from "../../helpers/balancer.ts";
import { Client } from "../../helpers/client.ts";
import { receiveResponse, requestText } from "../../helpers/http_client.ts";
import { RawBackend, rawResponse } from "../../helpers/raw_backend.ts";
import { until } from "../../helpers/until.ts";

/** More than the system keeps on the way to a backend that reads nothing. */
const LARGE = new Uint8Array(16 * 1024 ** 2);

/** A backend that accepts connections, and reads nothing. */
function startDeaf(): Disposable & { address: string; accepted: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) open.push(connection);
  })();
  return {
    address: `127.0.0.1:${listener.addr.port}`,
    get accepted() {
      return open.length;
    },
    [Symbol.dispose]() {
      listener.close();
      for (const connection of open) connection.close();
      void accepting;
    },
  };
}

for (const drop of ["X-A: a", "HTTP/1.1 102 Processing\r\n\r\n"]) {
  Deno.test(`a head has to be there in time, even if ${JSON.stringify(drop)} comes now and then`, async () => {
    const left = new AbortController();
    const dripping = Promise.withResolvers<void>();
    await using backend = await RawBackend.start(async (_request, peer) => {
      void peer.left.then(() => left.abort());
      if (drop.startsWith("X")) await peer.send("HTTP/1.1 200 OK\r\n");
      while (!left.signal.aborted) {
        await peer.send(drop);
        await delay(100, left).catch(() => {});
      }
      dripping.resolve();
    });
    await using server = await startHttpBalancer([backend.address], "--upstream-timeout", "1s");
    using client = await Client.connect(server);
    await client.send(requestText("GET", "/"));
    for (;;) {
      const { status, fields } = await receiveResponse(client);
      if (status === 102) continue;
      const fault = fields["proxy-status"];
      assertEquals([status, fault], [504, "sluice; error=http_response_timeout"]);
      return await dripping.promise;
    }
  });
}

Deno.test("the time for a response begins after the request, though its head was sent long before", async () => {
  await using backend = await RawBackend.start(async (request, peer) => {
    await peer.send("HTTP/1.1 100 Continue\r\n\r\n");
    await request.body();
    await peer.send(rawResponse("fine"));
  });
  await using server = await startHttpBalancer([backend.address], "--upstream-timeout", "3s");
  using client = await Client.connect(server);
  await client.send(
    requestText("POST", "/", { Expect: "100-continue", "Content-Length": 6 }),
  );
  assertEquals((await receiveResponse(client)).status, 100);
  for (const piece of "slowly") {
    await delay(700);
    await client.send(piece);
  }
  assertEquals((await receiveResponse(client)).status, 200);
});

Deno.test("a client that leaves a backend that reads nothing is no failure of the balancer", async () => {
  using backend = startDeaf();
  await using server = await startHttpBalancer([backend.address], "--health-check", "none");
  {
    using client = await Client.connect(server);
    await client.send(requestText("POST", "/", { "Content-Length": LARGE.length }));
    client.send(LARGE).catch(() => {});
    await until("the backend is reached", () => backend.accepted === 1);
    // More than that is under way.
    await delay(200);
  }
  await server.logged("Connection closed");
  assertEquals(server.records(({ severity }) => severity === "ERROR"), []);
});

Deno.test("a backend that reads nothing of a request has --upstream-idle-timeout", async () => {
  using backend = startDeaf();
  await using server = await startHttpBalancer(
    [backend.address],
    ...["--upstream-idle-timeout", "1s", "--health-check", "none"],
  );
  using client = await Client.connect(server);
  await client.send(requestText("POST", "/", { "Content-Length": LARGE.length }));
  // The rest is never taken.
  client.send(LARGE).catch(() => {});
  const { status, fields } = await receiveResponse(client);
  const fault = fields["proxy-status"];
  assertEquals([status, fault], [504, "sluice; error=connection_write_timeout"]);
});
