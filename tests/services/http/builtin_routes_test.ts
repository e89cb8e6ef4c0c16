import { cpuClock } from "../../../src/base/cpu_clock.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ServiceContext } from "../../../src/services/service.ts";
import { HttpError } from "../../../src/http/error.ts";
import type {
  BodySource,
  HttpHandler,
  HttpRequest,
  HttpResponse,
} from "../../../src/http/message.ts";
import { StreamedBody } from "../../../src/http/conversation/request_body.ts";
import type { LogMethod } from "../../../src/log/logger.ts";
import { builtinRoutes } from "../../../src/services/http/builtin_routes.ts";
import { SharedMemory, sharedState } from "../../../src/lane/shared_state.ts";
import { requestOf } from "../../helpers/http_request.ts";
import { CONTEXT } from "../../helpers/service_context.ts";
import { KEPT } from "../../helpers/tenancy.ts";

const decoder = new TextDecoder();

interface RequestParts {
  readonly type?: string;
  /** The body, piece by piece. */
  readonly body?: readonly string[];
  /** The Content-Length of the body; null if there is none. */
  readonly length?: number | null;
  readonly signal?: AbortSignal;
}

function makeRequest(line: string, parts: RequestParts = {}): HttpRequest {
  const [method = "", target = ""] = line.split(" ");
  const pieces = (parts.body ?? []).map((piece) => new TextEncoder().encode(piece));
  const request = requestOf(
    method,
    target,
    parts.type === undefined ? {} : { "content-type": parts.type },
  );
  return {
    ...request,
    body: new StreamedBody(parts.length === undefined ? 0 : parts.length, {
      read: () => Promise.resolve(pieces.shift() ?? null),
      trailers: [],
      limit: () => {},
    }),
    signal: parts.signal ?? request.signal,
  };
}

/** Two lanes of one server, and what they logged. */
function startLanes(lab = true) {
  const memory = new SharedMemory();
  const logged: string[] = [];
  const log: LogMethod = (message) => logged.push(message);
  const logger = { debug: log, info: log, warn: log, error: log, getChild: () => logger };
  const start = (lane: number) => {
    const context: ServiceContext = {
      ...CONTEXT,
      log: logger,
      ...sharedState(lane, (name, bytes) => Promise.resolve(memory.allocate(name, bytes)), KEPT),
    };
    return builtinRoutes({ lab }, context);
  };
  return { handler: start(0), other: start(1), logged };
}

async function ask(
  handler: HttpHandler,
  line: string,
  parts?: RequestParts,
): Promise<HttpResponse> {
  return await handler(makeRequest(line, parts));
}

/** The status of an answer, and its text or the reason of its error. */
async function answerOf(handler: HttpHandler, line: string): Promise<[number, unknown]> {
  try {
    const { status = 200, body } = await ask(handler, line);
    return [status, body];
  } catch (error) {
    if (error instanceof HttpError) return [error.status, error.reason];
    throw error;
  }
}

async function echoed(handler: HttpHandler, line: string, parts?: RequestParts) {
  const { status = 200, headers, body } = await ask(handler, line, parts);
  const source = body as BodySource;
  const pieces: string[] = [];
  for (let piece = await source.read(); piece !== null; piece = await source.read()) {
    pieces.push(decoder.decode(piece));
  }
  return { status, headers, length: source.length, pieces };
}

// Opens a library that stays open, which must not count as a leak of the first test.
cpuClock();

Deno.test("builtinRoutes() greets at / and responds for both services", async () => {
  const { handler } = startLanes(false);
  // Synchronous: not a promise.
  const { headers, body } = handler(makeRequest("GET /")) as HttpResponse;
  assertEquals(headers, [["Content-Type", "text/plain; charset=utf-8"]]);
  assertEquals(body, "Hello, World!");
  assertEquals(await ask(handler, "GET /serviceA"), {
    headers: [["Content-Type", "text/plain; charset=utf-8"]],
    body: "Service A response",
  });
  assertEquals(await answerOf(handler, "GET /serviceB"), [200, "Service B response"]);
});

Deno.test("builtinRoutes() echoes the body of any method chunk by chunk, with its type and length", async () => {
  const { handler } = startLanes(false);
  for (const method of ["POST", "PUT", "OPTIONS", "BREW"]) {
    const parts = { type: "text/csv", body: ["a,", "b"], length: 3 };
    assertEquals(await echoed(handler, `${method} /echo`, parts), {
      status: 200,
      headers: [["Content-Type", "text/csv"]],
      length: 3,
      pieces: ["a,", "b"],
    });
  }
  const { length, pieces } = await echoed(handler, "POST /echo", { body: ["x"], length: null });
  assertEquals([length, pieces], [null, ["x"]]);
  assertEquals(await echoed(handler, "GET /echo"), {
    status: 200,
    headers: [],
    length: 0,
    pieces: [],
  });
});

Deno.test("builtinRoutes() has no lab routes by default", async () => {
  const { handler } = startLanes(false);
  for (const line of ["GET /work", "POST /serviceA/fail?for=1s", "POST /serviceB/fail?for=1s"]) {
    assertEquals((await answerOf(handler, line))[0], 404, line);
  }
});

Deno.test("/work uses CPU time and waits for as long as the query says", async () => {
  const { handler } = startLanes();
  const start = performance.now();
  assertEquals(await answerOf(handler, "GET /work?cpu_ms=5&io_ms=20"), [
    200,
    "Worked 5 ms, waited 20 ms",
  ]);
  // Timers may be early by a millisecond or two.
  assert(performance.now() - start >= 22);
  assertEquals((await answerOf(handler, "POST /work"))[1], "Worked 0 ms, waited 0 ms");
  const busy = performance.now();
  const answer = ask(handler, "GET /work?cpu_ms=30");
  // The clocks of elapsed time and of CPU time are not the same.
  assert(performance.now() - busy >= 29, "it returned early");
  await answer;
});

Deno.test("/work stops waiting when the client disconnects", async () => {
  const { handler } = startLanes();
  const gone = new AbortController();
  const answer = ask(handler, "GET /work?io_ms=60000", { signal: gone.signal });
  gone.abort();
  await answer;
  await ask(handler, "GET /work?io_ms=60000", { signal: gone.signal });
});

Deno.test("/work explains an invalid number in the query", async () => {
  const { handler } = startLanes();
  for (const value of ["", "-1", "1.5", "60001", "1e3", "abc", "%0a"]) {
    const found = value === "%0a" ? "\\x0a" : value;
    for (const name of ["cpu_ms", "io_ms"]) {
      assertEquals(await answerOf(handler, `GET /work?${name}=${value}`), [
        400,
        `Cannot use "${name}" of the query: found "${found}", ` +
        "expected a whole number of milliseconds from 0 to 60000",
      ]);
    }
  }
});

Deno.test("/serviceA/fail explains an invalid duration or kind of fault", async () => {
  const { handler } = startLanes();
  const time = "expected a duration up to 10m, such as 10s";
  const cases = [
    ["", `Cannot use "for" of the query: found none, ${time}`],
    ["?for=soon", `Cannot use "for" of the query: found "soon", ${time}`],
    ["?for=11m", `Cannot use "for" of the query: found "11m", ${time}`],
    ["?for=1s&how=x", `Cannot use "how" of the query: found "x", expected "error" or "hang"`],
  ];
  for (const [query, reason] of cases) {
    assertEquals(await answerOf(handler, `POST /serviceA/fail${query}`), [400, reason]);
  }
  assertEquals(await answerOf(handler, "GET /serviceA"), [200, "Service A response"]);
});

Deno.test("/serviceA/fail makes the service fail in all threads and does not affect the other", async () => {
  const { handler, other, logged } = startLanes();
  assertEquals(await answerOf(handler, "POST /serviceA/fail?for=10m"), [
    200,
    "Service A fails for 10m",
  ]);
  for (const lane of [handler, other]) {
    for (let failure = 0; failure < 5; failure++) {
      assertEquals(await answerOf(lane, "GET /serviceA"), [503, "Service A failed"]);
    }
    const refused = [503, "Service A is failing: calls are paused"];
    assertEquals(await answerOf(lane, "GET /serviceA"), refused);
    const { fields } = await assertRejects(() => ask(lane, "GET /serviceA"), HttpError);
    assertEquals(fields, [["Retry-After", "5"]]);
    assertEquals(await answerOf(lane, "GET /serviceB"), [200, "Service B response"]);
  }
  assertEquals(logged, Array(2).fill("Service A is failing: calls are paused"));
});

Deno.test("/serviceB/fail?how=hang makes calls time out and does not affect the other service", async () => {
  const { handler } = startLanes();
  assertEquals(await answerOf(handler, "POST /serviceB/fail?for=1m&how=hang"), [
    200,
    "Service B hangs for 1m",
  ]);
  // At the same time, because each times out after a second.
  const answers = Array.from({ length: 5 }, () => answerOf(handler, "GET /serviceB"));
  assertEquals(await answerOf(handler, "GET /serviceA"), [200, "Service A response"]);
  for (const answer of answers) {
    assertEquals(await answer, [504, "Service B did not respond within 1000 ms"]);
  }
  const start = performance.now();
  assertEquals((await answerOf(handler, "GET /serviceB"))[0], 503);
  assert(performance.now() - start < 900, "it waited before refusing");
  assertEquals(await answerOf(handler, "GET /serviceA"), [200, "Service A response"]);
});

Deno.test("/serviceA/fail ends after its duration, or at once with a duration of 0", async () => {
  const { handler } = startLanes();
  await ask(handler, "POST /serviceA/fail?for=50ms&how=hang");
  const answer = answerOf(handler, "GET /serviceA");
  assertEquals(await answer, [200, "Service A response"], "it hung no longer than 50 ms");
  await ask(handler, "POST /serviceA/fail?for=10m");
  assertEquals((await answerOf(handler, "GET /serviceA"))[0], 503);
  await ask(handler, "POST /serviceA/fail?for=0");
  assertEquals(await answerOf(handler, "GET /serviceA"), [200, "Service A response"]);
});
