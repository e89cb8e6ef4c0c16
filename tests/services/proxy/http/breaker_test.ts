/** A group that fails too many requests gets none for a while. */
import { assertEquals } from "@std/assert";
import { makeAccessLog } from "../../../helpers/access_log.ts";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { freePort } from "../../../helpers/free_port.ts";
import { ask } from "../../../helpers/http_client.ts";
import { always, type RawAnswer, RawBackend, rawResponse } from "../../../helpers/raw_backend.ts";
import type { Server } from "../../../helpers/server.ts";
import { until } from "../../../helpers/until.ts";

const BREAKER = ["--breaker-threshold", "50%", "--breaker-time", "5s", "--retries", "0"];
const FINE = always(rawResponse("fine"));

/** The statuses of so many requests, one after another, and the last Proxy-Status. */
async function visit(server: Server, count: number): Promise<readonly unknown[]> {
  using client = await Client.connect(server);
  const statuses = new Set<number>();
  let error: string | undefined;
  for (let i = 0; i < count; i++) {
    const { status, fields } = await ask(client, "GET", "/");
    statuses.add(status);
    error = fields["proxy-status"];
  }
  return [...statuses, error];
}

/** Failures that open it, with the status of each. */
const FAILURES: readonly (readonly [what: string, answer: RawAnswer | null, status: number])[] = [
  ["refuse connections", null, 502],
  ["reset connections", (_request, peer) => peer.reset(), 502],
  ["answer 503", always(rawResponse("busy", [], "503 Service Unavailable")), 503],
];

for (const [what, answer, status] of FAILURES) {
  Deno.test(`backends ${what}: the breaker opens, and closes once a request succeeds`, async () => {
    await using stack = new AsyncDisposableStack();
    let backend = stack.use(await RawBackend.start(answer ?? FINE, freePort()));
    const { port, address } = backend;
    if (answer === null) await backend[Symbol.asyncDispose]();
    await using server = await startHttpBalancer([address], ...BREAKER);
    assertEquals((await visit(server, 20))[0], status);
    const { "sluice.upstream.group": group } = await server.logged("Breaker opened");
    assertEquals(group, "default");
    const asked = backend.requests.length;
    assertEquals(await visit(server, 5), [503, "sluice; error=destination_unavailable"]);
    assertEquals(backend.requests.length, asked);
    if (answer === null) backend = stack.use(await RawBackend.start(FINE, port));
    backend.answer = FINE;
    await until("it has closed", async () => (await visit(server, 1))[0] === 200);
    assertEquals(await visit(server, 5), [200, undefined]);
    await server.logged("Breaker closed");
  });
}

Deno.test("a few failures among many requests do not open the breaker", async () => {
  let count = 0;
  await using backend = await RawBackend.start(async (_request, peer) => {
    await peer.send(++count % 3 === 0 ? rawResponse("busy", [], "503 No") : rawResponse("fine"));
  });
  await using server = await startHttpBalancer([backend.address], ...BREAKER);
  await visit(server, 60);
  assertEquals(backend.requests.length, 60);
  assertEquals(server.records("Breaker opened"), []);
});

Deno.test("a request that the breaker keeps away is logged with the reason", async () => {
  await using accessLog = await makeAccessLog();
  await using backend = await RawBackend.start(always(rawResponse("busy", [], "503 No")));
  await using server = await startHttpBalancer([backend.address], ...BREAKER, ...accessLog.args);
  await visit(server, 21);
  const records = await accessLog.records(21);
  assertEquals(records.at(-1)?.["sluice.upstream.failure"], "destination_unavailable");
  assertEquals(backend.requests.length, 20);
});
