import { assertMatch } from "@std/assert";
import { testEachPlace } from "../helpers/modes.ts";
import { run, startEvaluator } from "../helpers/sandbox.ts";

/** The runtime ends the whole process when code uses an unstable interface that is not enabled. */
const UNSTABLE = {
  "connects to a vsock": "return await Deno.connect({ transport: 'vsock', cid: -1, port: 9 })",
  "listens on a vsock":
    "return Deno.listen({ transport: 'vsock', cid: -1, port: 1 << 20 }).close()",
  "serves on a vsock":
    "return await Deno.serve({ cid: -1, port: 1 << 20, onListen() {} }, () => new Response()).shutdown()",
  "uses a datagram socket":
    "return Deno.listenDatagram({ transport: 'udp', port: 0, hostname: '127.0.0.1' }).close()",
  "opens a database": "return await Deno.openKv(':memory:')",
  "schedules a job": "return Deno.cron('x', '* * * * *', () => {})",
  "makes a QUIC endpoint": "return new Deno.QuicEndpoint().close()",
  "makes a client": "return Deno.createHttpClient({}).close()",
};

testEachPlace("a handler that tries unstable interfaces does not end the server", async (mode) => {
  await using evaluator = await startEvaluator(...mode.args());
  for (const [name, code] of Object.entries(UNSTABLE)) {
    assertMatch(await run(evaluator.server, code), /^(?:DID|THREW) /, name);
  }
  assertMatch(await run(evaluator.server, "return 'alive'"), /alive/);
});
