import { assert, assertEquals } from "@std/assert";
import { installResponse } from "../../../src/http/fetch/response_class.ts";
import { takeResponse } from "../../../src/http/fetch/response_state.ts";
import { slotOf, slotsOf } from "../../../src/http/fetch/slots.ts";

const Native = globalThis.Response;
/** Where the runtime keeps what it prepares for `Deno.serve`; null in runtimes that do not. */
const PREPARED = slotOf(new Native(), "serve native response");

Deno.test("installResponse() replaces the constructor once, if the runtime's prepares for Deno.serve", () => {
  installResponse();
  const installed = globalThis.Response;
  assertEquals(installed === Native, PREPARED === null);
  installResponse();
  assert(globalThis.Response === installed);
  assert(Response.prototype === Native.prototype);
});

Deno.test("Response of a handler is not prepared for Deno.serve, and can be sent there", async () => {
  if (PREPARED === null) return;
  const made = new Response("text", { headers: { "X-Test": "1" } });
  assert(slotsOf(new Native("text", { headers: { "X-Test": "1" } }))[PREPARED] !== null);
  assertEquals(slotsOf(made)[PREPARED], null);
  await using server = Deno.serve({ port: 0, onListen() {} }, () => made);
  const { port } = server.addr;
  const response = await fetch(`http://127.0.0.1:${port}/`);
  assertEquals([response.headers.get("x-test"), await response.text()], ["1", "text"]);
});

Deno.test("takeResponse() takes what is no stream, and leaves the rest", () => {
  const fields = { headers: { "X-Test": "1" } };
  const type = ["content-type", "text/plain;charset=UTF-8"];
  assertEquals(takeResponse(new Response("text")), { status: 200, headers: [type], body: "text" });
  assertEquals(takeResponse(new Response("text", fields)), {
    status: 200,
    headers: [type, ["x-test", "1"]],
    body: "text",
  });
  assertEquals(takeResponse(new Response(new Uint8Array([1]), fields))?.body, new Uint8Array([1]));
  assertEquals(takeResponse(new Response(null, { status: 304 })), {
    status: 304,
    headers: [],
    body: null,
  });
  class Sub extends Response {}
  const others = {
    "a stream": new Response(new Blob(["a"]).stream()),
    "an error": Response.error(),
    "a subclass": new Sub("a"),
    "own fields": Object.defineProperty(new Response("a"), "headers", { value: new Headers() }),
    "an own body": Object.defineProperty(new Response("a"), "body", { value: null }),
    "undefined": undefined as unknown as Response,
    "an object": {} as Response,
  };
  for (const [name, other] of Object.entries(others)) assertEquals(takeResponse(other), null, name);
});

Deno.test("takeResponse() leaves what it has taken, and what was read", async () => {
  for (const init of [{}, { status: 201 }]) {
    const taken = new Response("text", init);
    assert(takeResponse(taken) !== null);
    assertEquals([takeResponse(taken), taken.bodyUsed], [null, true]);
    const read = new Response("text", init);
    await read.text();
    assertEquals(takeResponse(read), null);
  }
});
