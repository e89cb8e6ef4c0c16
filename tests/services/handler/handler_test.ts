import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { getLogger } from "@logtape/logtape";
import type { ConnectionSummary } from "../../../src/core/event.ts";
import { IncompleteReadError, PeerError } from "../../../src/core/errors.ts";
import type { ServiceContext, ServiceHost } from "../../../src/services/service.ts";
import { EXIT, ExitError } from "../../../src/base/exit.ts";
import { type Framing, serveRequests } from "../../../src/services/handler/framing.ts";
import { loadHandler } from "../../../src/services/handler/handler.ts";
import { checkHandlerFile } from "../../../src/services/handler/handler_file.ts";
import {
  MAX_BUFFERED,
  type Protocol,
  serveProtocol,
} from "../../../src/services/handler/protocol.ts";
import type { Transport } from "../../../src/services/handler/protocol.ts";
import { sharedState } from "../../../src/lane/shared_state.ts";
import { Client } from "../../helpers/client.ts";
import { serve } from "../../helpers/lane.ts";
import { settingsWith } from "../../helpers/settings.ts";
import { until } from "../../helpers/until.ts";

const context: ServiceContext = {
  log: getLogger(["sluice", "test"]),
  retiring: new AbortController().signal,
  draining: new AbortController().signal,
  ...sharedState(0, (_, bytes) => Promise.resolve(new SharedArrayBuffer(bytes))),
};

const options = await settingsWith();
const host: ServiceHost = { recordAccess() {} };

/** A module of its own in a folder that goes away. */
async function withModule<T>(source: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/handler.ts`;
    await Deno.writeTextFile(path, source);
    return await use(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function rejected(path: string): Promise<ExitError> {
  const load = async () => {
    checkHandlerFile(path);
    await loadHandler(path);
  };
  const error = await assertRejects(load, ExitError) as ExitError;
  assert(!error.message.includes("\n"), "the message is one line");
  assertMatch(error.message, /^Cannot use the handler "|^Cannot find the handler "/);
  return error;
}

Deno.test("checkHandlerFile says that there is no such file, or that it is a folder", async () => {
  const missing = await rejected("/nowhere/handler.ts");
  assertEquals(missing.exitCode, EXIT.noInput);
  assertMatch(missing.message, /no such file$/);
  const folder = await rejected(import.meta.dirname ?? "");
  assertEquals(folder.exitCode, EXIT.noInput);
  assertMatch(folder.message, /it is not a file$/);
});

Deno.test("loadHandler says what it found in a module, and what it wanted", async () => {
  const framed = (framing: string) => `export default { framing: ${framing}, handle() {} }`;
  const routes = (table: string) => `export default { routes: ${table} }`;
  const cases: [source: string, message: RegExp][] = [
    ["export default {", /SyntaxError/],
    ["throw new Error('boom\\nand more')", /: boom$/],
    ["throw null", /: null$/],
    ["import './nowhere.ts'", /Module not found/],
    [
      "export const serve = () => {}",
      /type undefined, wanted \{ fetch \}, .* or \{ framing, handle \}$/,
    ],
    ["export default () => new Response()", /type function, wanted \{ fetch \}/],
    ["export default 'text'", /type string, wanted/],
    ["export default {}", /wanted one of/],
    ["export default { serve() {}, protocol() {} }", /\{ serve, protocol \}, wanted one of/],
    ["export default { routes: {}, serve() {} }", /\{ routes, serve \}, wanted one of/],
    ["export default { fetch: 1 }", /"fetch" of type number, wanted a function/],
    ["export default { serve: 1 }", /"serve" of type number, wanted a function/],
    [routes("null"), /routes of type null, wanted an object such as/],
    [routes("[]"), /no routes, wanted an object such as/],
    [routes("{ 'GET /': 1 }"), /the route "GET \/" of type number, wanted a function/],
    [routes("{ 'get /': () => '' }"), /the route "get \/", wanted "METHOD \/path"/],
    [routes("{ 'GET path': () => '' }"), /the route "GET path", wanted "METHOD \/path"/],
    [routes("{ '/a': () => '', '/a/': () => '' }"), /the routes "\/a" and "\/a\/", wanted one/],
    [routes("{ '/:a(': () => '' }"), /the route "\/:a\("/],
    ["export default { serve() {}, refusal: 1 }", /refusal of type number, wanted a string/],
    ["export default { handle() {} }", /undefined at framing, wanted an object with a type/],
    [framed("'lines'"), /"lines" at framing, wanted an object with a type/],
    [framed("{ type: 'words' }"), /"words" at framing\.type, wanted .*"lines"/],
    [framed("{ type: 'delimiter' }"), /undefined at framing\.delimiter, wanted a value/],
    [framed("{ type: 'delimiter', delimiter: '' }"), /"" at framing\.delimiter, .* not empty/],
    [framed("{ type: 'length', bytes: 3 }"), /3 at framing\.bytes, wanted 1, 2, 4 or 8/],
    [framed("{ type: 'length', bytes: 2, endian: 'x' }"), /"x" at framing\.endian, wanted "big"/],
    [framed("{ type: 'lines', limit: -1 }"), /-1 at framing\.limit, wanted .* 1 or more/],
    [framed("{ type: 'lines', limit: 1.5 }"), /1\.5 at framing\.limit, wanted .* 1 or more/],
    [framed("{ type: 'lines', extra: 1 }"), /"extra" at framing\.extra, wanted no such key/],
  ];
  for (const [source, message] of cases) {
    const error = await withModule(source, rejected);
    assertEquals(error.exitCode, EXIT.config, source);
    assertMatch(error.message, message);
  }
});

Deno.test("loadHandler serves each shape, with itself as `this`", async () => {
  const sources = [
    `{ word: "ok\\n", async serve(connection) { await connection.write(this.word); } }`,
    `{ word: "ok\\n", protocol() {
       return { connectionMade: (t) => { t.write(this.word); t.end(); } };
     } }`,
    `{ word: "ok", framing: { type: "lines" }, handle() { return this.word; } }`,
  ];
  for (const source of sources) {
    const definition = await withModule(`export default ${source}`, (path) => loadHandler(path));
    assertEquals(definition.port, 8000);
    await using serving = await serve(await definition.create(context, options, host));
    using client = await Client.connect(serving);
    await client.send("a\n");
    await client.end();
    assertEquals(await client.receiveAll(), "ok\n", source);
  }
});

Deno.test("loadHandler serves those that speak HTTP, with itself as `this`, and what else they have", async () => {
  const sources = [
    `{ word: "ok", fetch() { return new Response(this.word); } }`,
    `{ word: "ok", async fetch() { return new Response(this.word); }, routes: [], handle() {} }`,
    `new class { word = "ok"; fetch = () => new Response(this.word); }`,
    `{ routes: { "GET /": () => "ok" } }`,
  ];
  for (const source of sources) {
    const definition = await withModule(`export default ${source}`, (path) => loadHandler(path));
    assertEquals(definition.port, 8000);
    assertMatch(definition.refusal ?? "", /^HTTP\/1\.1 503 /);
    await using serving = await serve(await definition.create(context, options, host));
    using client = await Client.connect(serving);
    await client.send("GET / HTTP/1.0\r\n\r\n");
    assertMatch(await client.receiveAll(), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/, source);
  }
});

Deno.test("loadHandler refuses options of HTTP for what does not speak it, when it is to serve", async () => {
  const sources = [
    "{ serve() {} }",
    "{ protocol() {} }",
    `{ framing: { type: "lines" }, handle() {} }`,
  ];
  const wrong = [
    [{ root: "/srv" }, "--root"],
    [{ compress: true }, "--compress"],
    [{ accessLog: "/srv/log" }, "--access-log"],
  ] as const;
  for (const source of sources) {
    const definition = await withModule(`export default ${source}`, (path) => loadHandler(path));
    assertEquals(typeof await definition.create(context, options, host), "function");
    for (const [given, option] of wrong) {
      const create = async () => await definition.create(context, { ...options, ...given }, host);
      const error = await assertRejects(create, ExitError) as ExitError;
      assertEquals(error.exitCode, EXIT.config);
      assertMatch(error.message, new RegExp(`^Cannot use the handler .* with ${option}$`));
    }
  }
});

/** Serves a framing with an answer that shows the request, sends data, ends; all that comes back. */
async function exchange(
  framing: Framing,
  data: Uint8Array | string,
): Promise<{ answer: Uint8Array; summary: ConnectionSummary }> {
  const show = (request: string | Uint8Array) =>
    typeof request === "string" ? `[${request}]` : Uint8Array.of(...request, 33);
  await using serving = await serve(serveRequests(framing, { handle: show }, context));
  using client = await Client.connect(serving);
  await client.send(data);
  await client.end();
  const answer = await client.receive(1000).catch(() => new Uint8Array(0));
  const [summary] = await serving.closed(1) as [ConnectionSummary];
  return { answer, summary };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("Framing lines cuts at LF or CR LF, and takes a last line without an end", async () => {
  const { answer, summary } = await exchange({ type: "lines" }, "a\r\n\nb c\nlast");
  assertEquals(text(answer), "[a]\n[]\n[b c]\n[last]\n");
  assertEquals(summary.endedBy, "client");
});

Deno.test("Framing delimiter cuts after a delimiter of any length, which it keeps", async () => {
  const { answer } = await exchange({ type: "delimiter", delimiter: "--" }, "a-b--c--");
  assertEquals(text(answer), "[a-b--][c--]");
});

Deno.test("Framing length reads and writes prefixes of each width in both orders", async () => {
  for (const bytes of [1, 2, 4, 8] as const) {
    for (const endian of ["big", "little"] as const) {
      const prefix = (length: number) => {
        const digits = new Array(bytes).fill(0).with(-1, length);
        return endian === "big" ? digits : digits.reverse();
      };
      const data = Uint8Array.from([...prefix(2), 7, 8, ...prefix(0)]);
      const { answer, summary } = await exchange({ type: "length", bytes, endian }, data);
      const wanted = [...prefix(3), 7, 8, 33, ...prefix(1), 33];
      assertEquals([...answer], wanted, `${bytes} bytes, ${endian} endian`);
      assertEquals(summary.error, null);
    }
  }
});

Deno.test("Framing closes on a request beyond its limit, and takes one of its limit", async () => {
  const cases: [Framing, fits: string, beyond: string][] = [
    [{ type: "lines", limit: 4 }, "abc\n", "abcd\n"],
    [{ type: "delimiter", delimiter: "?", limit: 4 }, "abc?", "abcd?"],
    [{ type: "length", bytes: 1, limit: 4 }, "\x04abcd", "\x05abcde"],
    [{ type: "length", bytes: 8, limit: 4 }, "\0\0\0\0\0\0\0\x04abcd", "\x7f\0\0\0\0\0\0\0"],
  ];
  for (const [framing, fits, beyond] of cases) {
    const { answer, summary } = await exchange(framing, fits);
    assert(answer.length > 0);
    assertEquals(summary.endedBy, "client");
    assertEquals((await exchange(framing, beyond)).summary.endedBy, "limit");
  }
});

Deno.test("Framing tells an end in the middle of a request from one between two", async () => {
  const cases: [Framing, unfinished: string, partial: string][] = [
    [{ type: "delimiter", delimiter: "?" }, "a?bc", "bc"],
    [{ type: "length", bytes: 2 }, "\0", "\0"],
    [{ type: "length", bytes: 1 }, "\x03ab", "ab"],
    [{ type: "length", bytes: 1 }, "\x03", ""],
  ];
  for (const [framing, unfinished, partial] of cases) {
    const { summary } = await exchange(framing, unfinished);
    assert(summary.error instanceof IncompleteReadError);
    assertEquals(text((summary.error as IncompleteReadError).partial), partial);
    assertEquals(summary.endedBy, "client");
  }
});

Deno.test("serveRequests writes nothing for no answer, and fails for one that is no data", async () => {
  const answers: unknown[] = [null, undefined, "", 5];
  const handler = { handle: () => answers.shift() as string };
  await using serving = await serve(serveRequests({ type: "lines" }, handler, context));
  using client = await Client.connect(serving);
  await client.send("1\n2\n3\n");
  assertEquals(await client.receiveText(1), "\n");
  await client.send("4\n");
  assertEquals(await client.receiveAll(), "");
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "error");
  assertMatch(summary?.error?.message ?? "", /handle gave a number/);
});

/** A protocol that writes down what it is called with. */
function recorder(calls: string[], protocol: Protocol = {}): Protocol {
  return {
    connectionMade: (transport) => {
      calls.push("made");
      return protocol.connectionMade?.(transport);
    },
    dataReceived: (data) => {
      calls.push(`data ${text(data)}`);
      return protocol.dataReceived?.(data);
    },
    connectionLost: (error) => {
      calls.push(`lost ${error?.message ?? null}`);
      return protocol.connectionLost?.(error);
    },
  };
}

Deno.test("Protocol is called in order, and a promise holds the next call back", async () => {
  const calls: string[] = [];
  let transport: Transport | undefined;
  const slow = async (what: string) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    calls.push(what);
  };
  const protocol = recorder(calls, {
    connectionMade: (made) => {
      transport = made;
      return slow("made is done");
    },
    dataReceived: async () => {
      await slow("data is done");
      transport?.write("ok");
    },
  });
  await using serving = await serve(serveProtocol(() => protocol));
  using client = await Client.connect(serving);
  for (const data of ["a", "b"]) {
    await client.send(data);
    assertEquals(await client.receiveText(2), "ok");
  }
  await client.end();
  assertEquals(await client.receiveAll(), "");
  await serving.closed(1);
  const order = "made,made is done,data a,data is done,data b,data is done,lost null";
  assertEquals(calls.join(","), order);
});

/** Serves a protocol that acts on the first data, and what the client then reads to its end. */
async function act(
  action: (transport: Transport) => void | Promise<void>,
): Promise<{ received: string; calls: string[]; summary: ConnectionSummary }> {
  const calls: string[] = [];
  await using serving = await serve(serveProtocol(() => {
    let transport: Transport;
    return recorder(calls, {
      connectionMade: (made) => void (transport = made),
      dataReceived: () => action(transport),
    });
  }));
  using client = await Client.connect(serving);
  await client.send("go");
  const received = await client.receiveAll().catch(() => "reset");
  client.close();
  const [summary] = await serving.closed(1) as [ConnectionSummary];
  return { received, calls, summary };
}

Deno.test("Transport.end lets the client read everything, called from inside or outside", async () => {
  const data = "x".repeat(MAX_BUFFERED - 1);
  const ends: ((transport: Transport) => void)[] = [
    (transport) => transport.end(),
    (transport) => void setTimeout(() => transport.end(), 5),
  ];
  for (const end of ends) {
    const { received, calls, summary } = await act((transport) => {
      transport.write(data);
      end(transport);
      queueMicrotask(() => end === ends[0] && transport.write("not sent"));
    });
    assertEquals(received.length, data.length);
    assertEquals(calls, ["made", "data go", "lost null"]);
    assertEquals(summary.endedBy, "server");
    assertEquals(summary.bytesOut, data.length);
  }
});

Deno.test("Transport.end called for another connection ends that one alone", async () => {
  const transports: Transport[] = [];
  const service = serveProtocol(() => ({
    connectionMade: (transport) => {
      transports.push(transport);
      transport.write("+");
    },
    dataReceived: () => {
      transports[0]?.write("bye");
      transports[0]?.end();
    },
  }));
  await using serving = await serve(service);
  using first = await Client.connect(serving);
  assertEquals(await first.receiveText(1), "+");
  using second = await Client.connect(serving);
  await second.send("end the other");
  assertEquals(await first.receiveAll(), "bye");
  first.close();
  const [summary] = await serving.closed(1);
  assertEquals(summary?.id, "0-1");
  assertEquals(summary?.endedBy, "server");
  assertEquals(serving.resources.open, 1);
});

Deno.test("Transport.close closes at once, and is no error", async () => {
  const { calls, summary } = await act((transport) => transport.close());
  assertEquals(calls, ["made", "data go", "lost null"]);
  assertEquals(summary.endedBy, "server");
});

Deno.test("Transport.write closes when a client lets too much wait", async () => {
  const { calls, summary } = await act((transport) => {
    // The kernel takes nothing in between: all of it is written in one turn.
    for (let i = 0; i < 5; i++) transport.write(new Uint8Array(MAX_BUFFERED / 4));
  });
  assertEquals(summary.endedBy, "limit");
  assertMatch(calls.at(-1) ?? "", /^lost .*ended by limit/);
});

Deno.test("Transport.write closes for a client that never reads, in a callback that goes on", async () => {
  const calls: string[] = [];
  let transport: Transport | undefined;
  const service = serveProtocol(() =>
    recorder(calls, {
      connectionMade: (made) => void (transport = made),
      dataReceived: async () => {
        for (let i = 0; i < 200; i++) {
          transport?.write(new Uint8Array(MAX_BUFFERED / 8));
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
      },
    })
  );
  await using serving = await serve(service);
  using client = await Client.connect(serving);
  await client.send("go");
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "limit");
  assertMatch(calls.at(-1) ?? "", /^lost .*ended by limit/);
});

Deno.test("Protocol is not asked for more while its client does not read", async () => {
  const calls: string[] = [];
  let transport: Transport | undefined;
  const service = serveProtocol(() =>
    recorder(calls, {
      connectionMade: (made) => void (transport = made),
      dataReceived: () => transport?.write(new Uint8Array(MAX_BUFFERED)),
    })
  );
  const requests = () => calls.filter((call) => call.startsWith("data")).length;
  await using serving = await serve(service);
  using client = await Client.connect(serving);
  // An answer more while one waits would be beyond the limit, and end it.
  for (let i = 0; i < 100; i++) {
    const before = requests();
    await client.send("x");
    await until(
      "it is asked or waits",
      () => requests() > before || (transport?.bufferedAmount ?? 0) > 0,
    );
  }
  await client.end();
  let received = 0;
  for (let part; (part = await client.receive(MAX_BUFFERED)).length > 0;) received += part.length;
  const [summary] = await serving.closed(1);
  assertEquals(summary?.endedBy, "client");
  assertEquals(received, requests() * MAX_BUFFERED);
});

Deno.test("Protocol that throws ends by error, and connectionLost is told", async () => {
  const { calls, summary } = await act(() => {
    throw new Error("boom");
  });
  assertEquals(calls, ["made", "data go", "lost boom"]);
  assertEquals(summary.endedBy, "error");
  assertEquals(summary.error?.message, "boom");
});

Deno.test("Protocol that throws a PeerError has it told, after what was written before", async () => {
  const { received, calls, summary } = await act((transport) => {
    transport.write("before, ");
    throw new PeerError("Bad data", "sorry");
  });
  assertEquals(received, "before, sorry");
  assertEquals(calls.at(-1), "lost Bad data");
  assertEquals(summary.endedBy, "server");
});
