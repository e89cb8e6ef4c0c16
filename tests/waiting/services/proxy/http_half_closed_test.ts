/** Clients that have half-closed, behind the balancer of HTTP. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { receiveResponse, requestText } from "../../../helpers/http_client.ts";
import { RawBackend, rawResponse } from "../../../helpers/raw_backend.ts";

Deno.test("a client that half-closes gets the response of a backend that takes three seconds", async () => {
  await using backend = await RawBackend.start(async (_request, peer) => {
    await delay(3000);
    await peer.send(rawResponse("late"));
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  await client.send(requestText("GET", "/"));
  await client.end();
  const { status, body } = await receiveResponse(client);
  assertEquals([status, body], [200, "late"]);
});
