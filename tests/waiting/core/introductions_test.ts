import { assert, assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { serve } from "../../helpers/lane.ts";
import { IPV4_LINE } from "../../helpers/proxy_headers.ts";

const refuse = () => Promise.reject(new Error("It was served"));

Deno.test("Introductions: a header that is not whole within three seconds ends the connection", async () => {
  await using serving = await serve(refuse, { trustedProxies: ["127.0.0.1"] });
  // The server may know of the clients first.
  const begun = performance.now();
  using silent = await Client.connect(serving);
  using slow = await Client.connect(serving);
  await slow.send(IPV4_LINE.slice(0, 10));
  assertEquals(await silent.receiveAll(), "");
  // What has arrived was read, so it is no reset.
  assertEquals(await slow.receiveAll(), "");
  const took = performance.now() - begun;
  assert(took >= 2995 && took < 10_000, `${took} ms`);
  const ended = await serving.closed(2);
  assertEquals(ended.map(({ endedBy }) => endedBy), ["timeout", "timeout"]);
  const details = serving.events.flatMap((one) => one.type === "refused" ? [one.detail] : []);
  assertEquals(details.toSorted(), [
    "found 0 bytes of a header after 3 s, expected all of it",
    "found 10 bytes of a header after 3 s, expected all of it",
  ]);
});

Deno.test("Introductions: a drain waits a second for the header", async () => {
  await using serving = await serve(refuse, { trustedProxies: ["127.0.0.1"] });
  using client = await Client.connect(serving);
  await client.send(IPV4_LINE.slice(0, 10));
  const begun = performance.now();
  serving.draining.abort();
  assertEquals(await client.receiveAll(), "");
  const took = performance.now() - begun;
  assert(took < 2900, `${took} ms`);
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "drain");
});
