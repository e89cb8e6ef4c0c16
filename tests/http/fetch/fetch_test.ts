import { assert, assertEquals, assertMatch } from "@std/assert";
import { HttpError } from "../../../src/http/error.ts";
import { type FetchHandler, type FetchInfo, serveFetch } from "../../../src/http/fetch/fetch.ts";
import type { HttpRequest } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { CONTEXT, found, responseOf, serveFetcher } from "../../helpers/fetch.ts";
import {
  ask,
  chunked,
  receiveLastResponse,
  receiveResponse,
  requestText,
} from "../../helpers/http_client.ts";
import { until } from "../../helpers/until.ts";

const EXPECTING = { Expect: "100-continue", "Content-Length": 3 };

/** A handler that responds after `release`, and the signal of its last request. */
function makeSlow(prepare: (request: Request, info: FetchInfo) => unknown = () => {}) {
  const slow = {
    called: Promise.withResolvers<void>(),
    release: Promise.withResolvers<void>(),
    signal: new AbortController().signal,
    fetch: (async (request, info) => {
      slow.signal = request.signal;
      await prepare(request, info);
      slow.called.resolve();
      await slow.release.promise;
      return new Response("response");
    }) satisfies FetchHandler["fetch"],
  };
  return slow;
}

Deno.test("fetch gets the addresses, the id and the context besides the request", async () => {
  const look = (_request: Request, { remoteAddr, localAddr, id, context }: FetchInfo) => [
    remoteAddr.transport === "tcp" && remoteAddr.hostname,
    localAddr.transport === "tcp" && localAddr.hostname,
    id,
    context === CONTEXT,
  ];
  assertEquals(await found(look, "GET", "/"), ["127.0.0.1", "127.0.0.1", "0-1-1", true]);
});

Deno.test("fetch that returns at once is answered without a promise", () => {
  const request = { asksToUpgrade: false } as HttpRequest;
  const answerTo = (response: Response | Promise<Response>) =>
    serveFetch({ fetch: () => response }, CONTEXT)(request);
  const fields = { headers: { "X-Test": "1" } };
  for (const response of [new Response("a"), new Response("a", fields), new Response(null)]) {
    assertEquals(answerTo(response) instanceof Promise, false);
  }
  assert(answerTo(Promise.resolve(new Response("a"))) instanceof Promise);
});

Deno.test("fetch that throws becomes 500 with the request's id, and nothing else", async () => {
  const throws: FetchHandler["fetch"][] = [
    () => {
      throw new Error("secret", { cause: new Error("deeper") });
    },
    () => Promise.reject(new Error("secret")),
    () => {
      throw "secret";
    },
    () => Promise.reject(null),
  ];
  for (const fetch of throws) {
    const { status, fields, body, failures } = await responseOf(fetch, "GET", "/");
    assertEquals(status, 500);
    assertEquals(body, "Internal Server Error: request 0-1-1\n");
    const { date, ...others } = fields;
    assert(date !== undefined);
    assertEquals(others, {
      "content-type": "text/plain; charset=utf-8",
      "content-length": "37",
      "x-request-id": "0-1-1",
    });
    assertEquals(failures.map(({ id }) => id), ["0-1-1"]);
  }
});

Deno.test("fetch that throws an HttpError responds with it", async () => {
  const { status, fields, body, failures } = await responseOf(
    () => {
      throw new HttpError(409, "there is one already", [["X-Test", "1"]]);
    },
    "GET",
    "/",
  );
  assertEquals([status, fields["x-test"]], [409, "1"]);
  assertEquals(body, "Conflict: there is one already\n");
  assertEquals(failures, []);
});

Deno.test("fetch that throws does not end the connection", async () => {
  await using serving = await serveFetcher((request) => {
    if (request.url.endsWith("/fail")) throw new Error("boom");
    return new Response("fine");
  });
  using client = await Client.connect(serving);
  assertEquals((await ask(client, "GET", "/fail")).status, 500);
  assertEquals((await ask(client, "GET", "/")).body, "fine");
});

Deno.test("fetch that reads a body too large or malformed becomes 413 or 400", async () => {
  const ways: Record<string, (request: Request) => Promise<unknown>> = {
    text: (request) => request.text(),
    json: (request) => request.json(),
    blob: (request) => request.blob(),
    async iteration({ body }) {
      for await (const _ of body ?? []);
    },
  };
  for (const [way, read] of Object.entries(ways)) {
    for (const [body, status] of [[chunked("12345", "67890"), 413], ["zz\r\n", 400]] as const) {
      await using serving = await serveFetcher(async (request) => {
        await read(request);
        return new Response("read");
      }, { maxBodySize: 7 });
      using client = await Client.connect(serving);
      await client.send(requestText("POST", "/", { "Transfer-Encoding": "chunked" }, body));
      assertEquals((await receiveLastResponse(client)).status, status, way);
      assertEquals(serving.refusals.map((error) => error.status), [status]);
      assertEquals(serving.failures, []);
    }
  }
});

Deno.test("fetch that reads a body too slow to arrive becomes 408", async () => {
  await using serving = await serveFetcher(
    async (request) => new Response(await request.text()),
    { bodyTimeout: 50 },
  );
  using client = await Client.connect(serving);
  await client.send(requestText("POST", "/", { "Content-Length": 3 }) + "ab");
  assertEquals((await receiveLastResponse(client)).status, 408);
  assertMatch(String(serving.refusals[0]), /the body took longer than --body-timeout/);
});

Deno.test("fetch that does not respond in time becomes 503, and its signal aborts", async () => {
  const slow = makeSlow();
  await using serving = await serveFetcher(slow.fetch, { requestTimeout: 50 });
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  const { status, body } = await receiveLastResponse(client);
  assertEquals(status, 503);
  assertMatch(body, /the handler took longer than --request-timeout/);
  assertEquals(serving.refusals.map((error) => error.status), [503]);
  assertEquals(slow.signal.reason?.name, "TimeoutError");
  slow.release.resolve();
});

Deno.test("fetch that responds too late has its stream cancelled, and its error reported", async () => {
  let isCancelled = false;
  const outcomes = [
    () => new Response(new ReadableStream({ cancel: () => void (isCancelled = true) })),
    () => Promise.reject(new Error("too late")),
  ];
  for (const outcome of outcomes) {
    const late = Promise.withResolvers<void>();
    await using serving = await serveFetcher(async () => {
      await late.promise;
      return await outcome();
    }, { requestTimeout: 50 });
    using client = await Client.connect(serving);
    await client.send(requestText("GET", "/"));
    assertEquals((await receiveLastResponse(client)).status, 503);
    late.resolve();
    if (outcome === outcomes[0]) await until("the stream is cancelled", () => isCancelled);
    else await until("the error is reported", () => serving.failures.length === 1);
  }
});

Deno.test("--request-timeout ends when fetch responds: its stream may take longer", async () => {
  const first = Promise.withResolvers<void>();
  const stream = new ReadableStream({
    async pull(controller) {
      await first.promise;
      controller.enqueue(new TextEncoder().encode("at last"));
      controller.close();
    },
  });
  await using serving = await serveFetcher(() => new Response(stream), { requestTimeout: 50 });
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  assertMatch(await client.receiveUntil("\r\n\r\n"), /^HTTP\/1\.1 200 /);
  // Another request times out meanwhile.
  using other = await Client.connect(serving);
  await other.send(requestText("GET", "/"));
  await receiveResponse(other);
  first.resolve();
  assertMatch(await client.receiveUntil("0\r\n\r\n"), /at last/);
});

Deno.test("Request.signal aborts when the client disconnects, and completed rejects", async () => {
  const completed = Promise.withResolvers<unknown>();
  const slow = makeSlow((_request, info) => {
    info.completed.then(() => completed.resolve("completed"), completed.resolve);
  });
  await using serving = await serveFetcher(slow.fetch);
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  await slow.called.promise;
  assertEquals(slow.signal.aborted, false);
  client.close();
  await until("the signal aborts", () => slow.signal.aborted);
  assertEquals(slow.signal.reason.name, "AbortError");
  assertEquals(await completed.promise, slow.signal.reason);
  slow.release.resolve();
  assertEquals((await serving.closed(1))[0]?.endedBy, "client");
  assertEquals(serving.failures, []);
});

Deno.test("Request.signal aborts when the client disconnects after it has sent the body", async () => {
  for (const isSignalFirst of [true, false]) {
    const begun = Promise.withResolvers<void>();
    const slow = makeSlow();
    await using serving = await serveFetcher(async (request, info) => {
      const text = isSignalFirst ? null : request.text();
      assertEquals(request.signal.aborted, false);
      begun.resolve();
      assertEquals(await (text ?? request.text()), "abcdef");
      return await slow.fetch(request, info);
    });
    using client = await Client.connect(serving);
    await client.send(requestText("POST", "/", { "Content-Length": 6 }) + "abc");
    await begun.promise;
    await client.send("def");
    await slow.called.promise;
    client.close();
    await until("the signal aborts", () => slow.signal.aborted, 5000).finally(() =>
      slow.release.resolve()
    );
  }
});

Deno.test("Request.signal aborts when the client sends another request, and then disconnects", async () => {
  const slow = makeSlow();
  await using serving = await serveFetcher(slow.fetch);
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  await slow.called.promise;
  const before = serving.row.get("bytesIn");
  await client.send(requestText("GET", "/"));
  await until("it is read ahead", () => serving.row.get("bytesIn") > before);
  assertEquals(slow.signal.aborted, false);
  client.close();
  await until("the signal aborts", () => slow.signal.aborted, 5000)
    .finally(() => slow.release.resolve());
});

Deno.test("Request.signal does not abort while the client stays, nor after the response", async () => {
  const signals: AbortSignal[] = [];
  await using serving = await serveFetcher(async (request, info) => {
    signals.push(request.signal);
    // Read while the signal watches the client.
    const text = await request.text();
    void info.completed.then(() =>
      signals.forEach((signal) => assertEquals(signal.aborted, false))
    );
    return new Response(text);
  });
  using client = await Client.connect(serving);
  assertEquals((await ask(client, "POST", "/", {}, "one")).body, "one");
  await client.send(requestText("POST", "/", {}, "two") + requestText("POST", "/", {}, "three"));
  assertEquals((await receiveResponse(client)).body, "two");
  assertEquals((await receiveResponse(client)).body, "three");
  client.close();
  await serving.closed(1);
  assertEquals(signals.map((signal) => signal.aborted), [false, false, false]);
});

Deno.test("Request.signal can watch the client while the body is read", async () => {
  await using serving = await serveFetcher(async (request) => {
    const text = request.text();
    const { signal } = request;
    return new Response(`${await text} ${signal.aborted}`);
  });
  using client = await Client.connect(serving);
  for (const _ of [1, 2]) {
    await client.send(requestText("POST", "/", { "Content-Length": 6 }) + "abc");
    await client.send("def");
    assertEquals((await receiveResponse(client)).body, "abcdef false");
  }
});

Deno.test("a client that half-closes still gets its response", async () => {
  const slow = makeSlow();
  await using serving = await serveFetcher(slow.fetch);
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  await slow.called.promise;
  await client.end();
  slow.release.resolve();
  assertEquals((await receiveResponse(client)).body, "response");
  assertEquals(await client.receiveAll(), "");
});

Deno.test("a client that half-closes gets a stream to its end", async () => {
  const ended = Promise.withResolvers<void>();
  await using serving = await serveFetcher(({ signal }) => {
    signal.addEventListener("abort", () => ended.resolve());
    const stream = new ReadableStream({
      async pull(controller) {
        await ended.promise;
        controller.enqueue(new TextEncoder().encode("at last"));
        controller.close();
      },
    });
    return new Response(stream);
  });
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  await client.end();
  assertEquals((await receiveResponse(client)).body, "at last");
  assertEquals(await client.receiveAll(), "");
});

Deno.test("FetchInfo.completed resolves when the response is sent, even if accessed later", async () => {
  const infos: FetchInfo[] = [];
  let completed: Promise<void> | undefined;
  await using serving = await serveFetcher((_request, info) => {
    infos.push(info);
    if (infos.length === 1) completed = info.completed;
    return new Response("response");
  });
  using client = await Client.connect(serving);
  await ask(client, "GET", "/");
  await ask(client, "GET", "/");
  await completed;
  // The second promise is accessed after its response was sent.
  const another = ask(client, "GET", "/").then(() => "too late");
  assertEquals(await Promise.race([infos[1]?.completed, another]), undefined);
  await another;
});

Deno.test("Request.signal aborts when the client disconnects while a stream is sent, even one without data", async () => {
  let isAborted = false;
  await using serving = await serveFetcher(({ signal }) => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("first"));
        signal.addEventListener("abort", () => {
          isAborted = true;
          controller.close();
        });
      },
    });
    return new Response(stream);
  });
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  await client.receiveUntil("first\r\n");
  client.close();
  await until("the signal aborts", () => isAborted);
  assertEquals((await serving.closed(1))[0]?.endedBy, "client");
});

Deno.test("Request.body that the handler does not read is skipped", async () => {
  await using serving = await serveFetcher(() => new Response("response"));
  using client = await Client.connect(serving);
  for (const fields of [{}, { "Transfer-Encoding": "chunked" }] as Record<string, string>[]) {
    const body = "Transfer-Encoding" in fields ? chunked("abc", "def") : "abcdef";
    assertEquals((await ask(client, "POST", "/", fields, body)).body, "response");
  }
  await client.send(requestText("POST", "/", { "Content-Length": 6 }) + "abc");
  assertEquals((await receiveResponse(client)).body, "response");
  await client.send(`def${requestText("GET", "/")}`);
  assertEquals((await receiveResponse(client)).body, "response");
});

Deno.test("Request.body read after the response rejects, instead of ending early", async () => {
  const outcomes: Promise<string>[] = [];
  const outcome = (text: Promise<string>) => text.then((text) => `read ${text}`, String);
  await using serving = await serveFetcher((request, info) => {
    if (request.method === "PUT") outcomes.push(outcome(info.completed.then(() => request.text())));
    else if (request.method === "POST") outcomes.push(outcome(request.text()));
    return new Response("response");
  });
  using client = await Client.connect(serving);
  for (const method of ["PUT", "POST"]) {
    await client.send(requestText(method, "/", { "Content-Length": 6 }) + "abc");
    assertEquals((await receiveResponse(client)).body, "response");
    await client.send("def");
    assertEquals((await ask(client, "GET", "/")).body, "response");
  }
  const rejection = "TypeError: Cannot read the body: the response was already sent";
  assertEquals(await Promise.all(outcomes), [rejection, rejection]);
});

Deno.test("Expect: 100-continue gets a 100 when the handler reads the body", async () => {
  const ways: FetchHandler["fetch"][] = [
    async (request) => new Response(await request.text()),
    (request) => new Response(request.body),
    async (request) => new Response(await request.blob()),
  ];
  for (const fetch of ways) {
    await using serving = await serveFetcher(fetch);
    using client = await Client.connect(serving);
    await client.send(requestText("POST", "/", EXPECTING));
    assertEquals((await receiveResponse(client)).status, 100);
    await client.send("abc");
    assertEquals((await receiveResponse(client)).body, "abc");
    assertEquals(
      (await ask(client, "POST", "/", {}, "def")).body,
      "def",
      "the connection persists",
    );
  }
});

Deno.test("Expect: 100-continue gets no 100 if the handler does not read the body", async () => {
  await using serving = await serveFetcher((request) => {
    // Accessing the body does not read it.
    return new Response(null, { status: request.body === null ? 500 : 403 });
  });
  using client = await Client.connect(serving);
  await client.send(requestText("POST", "/", EXPECTING));
  assertEquals((await receiveLastResponse(client)).status, 403);
});
