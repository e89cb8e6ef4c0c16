import { assert, assertEquals, assertRejects } from "@std/assert";
import { Generator } from "../../src/load/generator.ts";
import type { LoadProgress } from "../../src/load/load.ts";
import { httpMessage } from "../../src/load/request_text.ts";
import {
  bytesOf,
  CLOSING,
  HTTP,
  type LoadServer,
  OK,
  plainMessage,
  planFor,
  runOn,
  runUntil,
  startLoadServer,
} from "../helpers/load_server.ts";

/** The length of the message of {@linkcode planFor}. */
const REQUEST_BYTES = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".length;

Deno.test("Generator counts requests, responses and their bytes from the first one on", async () => {
  const { result, seen, requests } = await runUntil(20, HTTP);
  assertEquals(result.errors, {});
  assertEquals(seen.length, 4);
  // Requests in flight at the end do not count.
  assert(result.requests >= 20 && requests - result.requests <= 4, `${requests} were sent`);
  assert(requests >= result.requests);
  assertEquals(result.bytes_in, result.requests * OK.length);
  assertEquals(result.bytes_out, requests * REQUEST_BYTES);
  assertEquals(bytesOf(seen), requests * REQUEST_BYTES);
  assert(result.seconds > 0 && result.seconds < 20, `${result.seconds} s`);
  const { latency, generator } = result;
  assert(latency !== null && latency.p50 > 0 && latency.max >= latency.p999);
  assertEquals(latency?.curve, [latency?.p50, latency?.max]);
  assert(generator.busy > 0 && generator.busy <= 1);
});

Deno.test("Generator sends one request at a time on a connection", async () => {
  const { seen } = await runUntil(100, { ...HTTP, delay: 5 }, { connections: 20 });
  assertEquals(seen.length, 20);
  for (const { overlaps } of seen) assertEquals(overlaps, 0);
});

Deno.test("Generator opens more connections than an accept queue holds", async () => {
  const { result, seen } = await runUntil(300, HTTP, { connections: 300 });
  assertEquals(result.errors, {});
  assertEquals(seen.length, 300);
  for (const { requests } of seen) assert(requests.length > 0);
});

Deno.test("Generator does not count the warm-up", async () => {
  let warm = 0;
  const phases = new Set<string>();
  // So long that some are answered in it, even if the server stands still for a second.
  const warmup = 1500;
  const watch = ({ phase, requests }: LoadProgress) => {
    phases.add(phase);
    if (phase === "warmup") warm += requests;
    return requests >= 20;
  };
  const { result, requests, elapsed } = await runOn({ ...HTTP, delay: 5 }, {
    warmup,
    duration: 60_000,
  }, (progress, generator) => watch(progress) && generator.stop());
  assertEquals([...phases], ["opening", "warmup", "measuring", "finishing"]);
  assertEquals(warm, 0);
  assert(result.requests > 0 && requests > result.requests + 4, `${result.requests}, ${requests}`);
  // A request sent in the warm-up may be answered in the measured time.
  assert(result.bytes_out <= (result.requests + 4) * REQUEST_BYTES);
  assert(result.seconds > 0 && 1000 * result.seconds < elapsed - warmup + 1, `${result.seconds} s`);
});

Deno.test("Generator does not count latencies of requests of the warm-up", async () => {
  const plan = { ...HTTP, held: true };
  const { result } = await runOn(plan, { warmup: 100 }, ({ phase }, _, server) => {
    if (phase === "finishing") server.release();
  });
  assertEquals([result.requests, result.errors, result.latency], [0, {}, null]);
});

Deno.test("Generator reports its progress: requests and time since the start of the measured time", async () => {
  const said: LoadProgress[] = [];
  const isMeasuring = ({ phase }: LoadProgress) => phase === "measuring";
  const { result } = await runOn(HTTP, { duration: 60_000 }, (progress, generator) => {
    said.push(progress);
    if (said.filter(isMeasuring).length > 3) generator.stop();
  });
  const measuring = said.filter(isMeasuring);
  assert(measuring.length >= 2, `${measuring.length} times`);
  assertEquals([measuring[0]?.requests, measuring[0]?.elapsed], [0, 0]);
  measuring.forEach(({ requests, elapsed }, i) => {
    const before = measuring[i - 1];
    assert(requests >= (before?.requests ?? 0) && requests <= result.requests);
    assert(elapsed >= (before?.elapsed ?? 0) && elapsed <= 1000 * result.seconds);
  });
});

Deno.test("Generator reconnects after the last response of a connection, without an error", async () => {
  for (const after of ["close", "reset"] as const) {
    const { result, seen, requests } = await runUntil(20, { ...HTTP, response: CLOSING, after });
    assertEquals(result.errors, {}, after);
    assert(result.requests >= 20, `${result.requests} requests`);
    assertEquals(seen.length, requests);
    assertEquals(seen.every(({ requests }) => requests.length === 1), true);
  }
});

Deno.test("Generator accepts a response that ends with the connection", async () => {
  const response = "HTTP/1.1 200 OK\r\n\r\nok";
  const { result, seen } = await runUntil(20, { ...HTTP, response, after: "close" });
  assertEquals(result.errors, {});
  assert(result.requests >= 20, `${result.requests} requests`);
  for (const { requests } of seen) assertEquals(requests.length, 1);
});

Deno.test("Generator opens a connection for each request if the plan says so", async () => {
  for (const rate of [null, 100]) {
    const { result, seen, requests } = await runUntil(10, HTTP, { closing: true, rate });
    assertEquals(result.errors, {});
    assert(result.requests >= 10, `${result.requests} requests`);
    const used = seen.filter((one) => one.requests.length > 0);
    assertEquals(used.length, requests);
    // In the open model, some connections are opened at the start and never used.
    assert(seen.length - used.length <= 4);
  }
});

Deno.test("Generator.stop() ends the load early and returns what was measured", async () => {
  const { result: { seconds, requests, latency, errors } } = await runUntil(1, HTTP, {
    duration: 60_000,
  });
  assert(seconds > 0 && seconds < 60, `${seconds} s`);
  assert(requests > 0 && latency !== null);
  assertEquals(errors, {});
});

Deno.test("Generator.stop() before anything is measured makes run() fail", async () => {
  const stopIn = async (server: LoadServer, phase: string) => {
    const generator = new Generator(
      planFor(server, { warmup: 60_000, duration: 60_000 }),
      (progress) => progress.phase === phase && generator.stop(),
    );
    const error = await assertRejects(() => generator.run([]), Error);
    assertEquals(error.message, "Stopped before anything was measured");
  };
  for (const phase of ["opening", "warmup"]) {
    using server = await startLoadServer(HTTP);
    await stopIn(server, phase);
    await server.seen();
  }
});

Deno.test("Generator sends large messages and reads their echoes", async () => {
  // The system takes the first messages at once, the others in parts.
  // At such rates that none is on its way at the end: on a busy machine, one may take long.
  for (const [length, count, rate] of [[300_000, 3, 10], [5_000_000, 1, 0.01]] as const) {
    const bytes = Uint8Array.from({ length }, (_, i) => i % 253);
    const { result, seen } = await runUntil(count, { requestEnd: null, response: null }, {
      rate,
      duration: 60_000,
      framing: { type: "echo" },
      messages: [{ base64: bytes.toBase64(), weight: 1, bodiless: false }],
      connections: 1,
    });
    assertEquals(result.errors, {});
    assertEquals(bytesOf(seen) % length, 0);
    assert(bytesOf(seen) >= length && result.latency !== null);
  }
});

Deno.test("Generator reads responses up to a delimiter", async () => {
  const { result, seen } = await runUntil(
    20,
    { requestEnd: "\n", response: "a\rb\r\nc\r\n.\r\n" },
    {
      framing: { type: "delimiter", delimiter: "\r\n.\r\n" },
      messages: [plainMessage("ask\n")],
    },
  );
  assertEquals(result.errors, {});
  assertEquals(seen.length, 4);
});

Deno.test("Generator mixes HEAD with other requests, and expects no body for it", async () => {
  const response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  const { result, seen } = await runUntil(20, { ...HTTP, response }, {
    messages: [httpMessage("GET /", "x", 1), httpMessage("HEAD /", "x", 1)],
  });
  assertEquals(result.errors, {});
  assertEquals(seen.length, 4);
});
