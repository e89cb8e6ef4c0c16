import { assertEquals } from "@std/assert";
import type { HttpRequest } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { serveHandler } from "../../helpers/fetch.ts";
import { ask } from "../../helpers/http_client.ts";

Deno.test("HttpRequest keeps its fields after the response, when the next one has arrived", async () => {
  const kept: HttpRequest[] = [];
  await using serving = await serveHandler((request) => {
    kept.push(request);
    return { body: "at once" };
  }, {});
  using client = await Client.connect(serving);
  // The same length, so that one lies exactly where the other was. The last is too long to lie
  // next to others.
  const marks = ["one", "two", "three", "x".repeat(5000), "last"];
  for (const mark of marks) await ask(client, "GET", "/", { "X-Mark": mark, Host: "a" });
  assertEquals(kept.map((request) => request.header("x-mark")), marks);
  assertEquals(kept.map(({ url }) => url), marks.map(() => "http://a/"));
});
