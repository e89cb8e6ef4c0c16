import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect } from "../../src/core/connect.ts";
import { ConnectionError } from "../../src/core/errors.ts";
import { freePort } from "../helpers/free_port.ts";
import { listenSilently } from "../helpers/silent.ts";

Deno.test("connect() connects to an address, given as text or not", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  for (
    const address of [
      `127.0.0.1:${port}`,
      { transport: "tcp", hostname: "127.0.0.1", port } as const,
    ]
  ) {
    using conn = await connect(address);
    using accepted = await listener.accept();
    await accepted.write(new TextEncoder().encode("hi"));
    assertEquals(await conn.read(new Uint8Array(10)), 2);
  }
});

Deno.test("connect() connects to localhost at whichever of its addresses a server listens", async () => {
  for (const hostname of ["127.0.0.1", "::1"]) {
    using listener = Deno.listen({ hostname, port: 0 });
    using conn = await connect(`localhost:${listener.addr.port}`);
    (await listener.accept()).close();
    assertEquals(conn.remoteAddr.transport === "tcp" && conn.remoteAddr.hostname, hostname);
  }
});

Deno.test("connect() says why it cannot connect", async () => {
  const port = freePort();
  const error = await assertRejects(() => connect(`localhost:${port}`), ConnectionError);
  assertEquals(error.message, `Cannot connect to localhost:${port}: connection refused`);
  assertEquals([error.endedBy, error.peer], ["upstream", "upstream"]);
  await assertRejects(
    () => connect("unix:/nowhere/x.sock"),
    ConnectionError,
    "Cannot connect to unix:/nowhere/x.sock: no such socket",
  );
  await assertRejects(() => connect("nonsense"), TypeError, "expected an address");
});

Deno.test("connect() gives up after its timeout, and when told to", async () => {
  using silent = await listenSilently();
  const begun = performance.now();
  const error = await assertRejects(
    () => connect(silent.address, { connectTimeout: 100 }),
    ConnectionError,
    `Cannot connect to ${silent.address}: no answer within 100 ms`,
  );
  assertEquals(error.endedBy, "timeout");
  assert(performance.now() - begun >= 95, "it gave up early");
  const controller = new AbortController();
  const connecting = connect(silent.address, { signal: controller.signal, connectTimeout: 0 });
  controller.abort(new Error("not needed any more"));
  await assertRejects(() => connecting, Error, "not needed any more");
  await assertRejects(
    () => connect(silent.address, { signal: controller.signal }),
    Error,
    "not needed any more",
  );
});
