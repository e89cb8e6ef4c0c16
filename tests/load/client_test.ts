import { assert, assertEquals } from "@std/assert";
import { httpMessage } from "../../src/load/request_text.ts";
import { bytesOf, HTTP, OK, plainMessage, runOn, runUntil } from "../helpers/load_server.ts";

/** The most bytes that a slow client may send in a time in milliseconds. */
function slowBytes(elapsed: number): number {
  return 16 * (1 + Math.floor(elapsed / 100));
}

Deno.test("a slow Client sends at most 16 bytes per 100 ms, and gets its responses", async () => {
  const { result, seen, elapsed } = await runUntil((_, { requests }) => requests >= 6, HTTP, {
    connections: 3,
    slow: 3,
  });
  assertEquals(result.errors, {});
  assertEquals(seen.length, 3);
  for (const one of seen) {
    const bytes = bytesOf([one]);
    assert(bytes <= slowBytes(elapsed), `${bytes} bytes in ${elapsed} ms`);
    assert(one.requests.length >= 1, "no request was whole");
  }
});

Deno.test("a slow Client counts in neither requests nor latencies", async () => {
  const all = await runUntil((_, { served }) => served === 3, HTTP, { connections: 3, slow: 3 });
  assertEquals([all.result.requests, all.result.latency], [0, null]);
  const some = await runUntil((_, { served }) => served === 3, HTTP, { connections: 3, slow: 1 });
  const requests = some.seen.map((one) => one.requests.length).sort((a, b) => a - b);
  const [slow = 0, ...others] = requests;
  const sent = others.reduce((sum, count) => sum + count, 0);
  assert(slow >= 1 && slow < 10, `${slow} slow requests`);
  assert(sent - some.result.requests >= 0 && sent - some.result.requests <= 2, `of ${requests}`);
});

Deno.test("a slow Client is not waited for at the end, and does not count as unanswered", async () => {
  let reports = 0;
  const { result } = await runOn(
    { ...HTTP, response: null },
    { connections: 2, slow: 2 },
    (said) => {
      if (said.phase === "finishing") reports++;
    },
  );
  assertEquals([result.errors, result.latency], [{}, null]);
  // There is one at the start of the phase, and many in the second that it may take.
  assertEquals(reports, 1);
});

Deno.test("a slow Client pauses after messages of fewer than 16 bytes too", async () => {
  const plan = { requestEnd: "\n", response: "pong\n" };
  const { result, requests, elapsed } = await runUntil((_, { requests }) => requests >= 3, plan, {
    connections: 1,
    slow: 1,
    framing: { type: "delimiter", delimiter: "\n" },
    messages: [plainMessage("ping\n")],
  });
  assertEquals(result.errors, {});
  assert(requests >= 3 && requests <= 1 + elapsed / 100, `${requests} in ${elapsed} ms`);
});

Deno.test("a slow Client stays slow after an early response, and reconnects", async () => {
  const timeout = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  for (const [response, after] of [[timeout, "close"], [OK, undefined], ["", "reset"]] as const) {
    const plan = { requestEnd: "GET", response, ...after === undefined ? {} : { after } };
    const { seen, elapsed } = await runUntil((_, { connections }) => connections > 2, plan, {
      connections: 1,
      slow: 1,
      messages: [httpMessage("GET /", "127.0.0.1", 1, ["Accept: */*"])],
    });
    const bytes = bytesOf(seen);
    assert(bytes <= slowBytes(elapsed), `${bytes} bytes in ${elapsed} ms after ${after}`);
    assert(seen.length > 1, `${seen.length} connections`);
    for (const { requests } of seen) assert(requests.length <= 1);
  }
});

Deno.test("a Client whose idle connection is dropped reconnects before it needs it", async () => {
  const plan = { ...HTTP, idle: 50 };
  const { seen } = await runUntil((_, { connections }) => connections >= 6, plan, {
    connections: 3,
    rate: 0.1,
  });
  assert(seen.length >= 6, `${seen.length} connections`);
});

Deno.test("a Client whose idle connection is dropped still sends one request at a time", async () => {
  const rate = 20;
  // Some clients are idle long enough to be dropped while others wait for responses.
  const { result, seen, requests } = await runOn({ ...HTTP, idle: 50, delay: 400 }, {
    connections: 10,
    rate,
    // Requests to a server that stands still for a second may fail: fewer than half of all.
    duration: 2500,
  });
  for (const { overlaps } of seen) assertEquals(overlaps, 0);
  assert(seen.length > 10, `${seen.length} connections`);
  const due = rate * result.seconds;
  const failed = Object.values(result.errors).reduce((sum, count) => sum + count, 0);
  const known = `${requests} arrived, ${failed} failed, ${due} were due`;
  assert(requests <= due + 1 && requests >= due - failed - 1, known);
  assert(failed < due / 2, known);
});
