import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { EXIT, ExitError } from "../../src/base/exit.ts";
import type { LoadPlan } from "../../src/load/load.ts";
import { planTarget } from "../../src/load/target.ts";
import { type LoadSettings, readLoadSettings } from "../../src/settings/load_options.ts";
import { freePort } from "../helpers/free_port.ts";

type Flags = Parameters<typeof readLoadSettings>[0];

function settingsOf(flags: Flags = {}): LoadSettings {
  return readLoadSettings(flags, "/");
}

/** The plan for a URL, in which PORT stands for a server's port, and the messages as text. */
async function planFor(url: string, flags: Flags = {}, hostname = "127.0.0.1") {
  using listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  const plan = await planTarget(url.replace("PORT", String(port)), settingsOf(flags));
  (await listener.accept()).close();
  return { plan, port, texts: textsOf(plan, port) };
}

function textsOf({ messages }: LoadPlan, port: number): readonly string[] {
  return messages.map(({ base64 }) => atob(base64).replaceAll(String(port), "PORT"));
}

async function refusal(url: string, flags: Flags = {}): Promise<[number, string]> {
  const error = await assertRejects(() => planTarget(url, settingsOf(flags)), ExitError);
  return [error.exitCode, error.message];
}

/** Writes a file with a text for a function. */
async function withFile(text: string, run: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    await run(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("planTarget() sends a GET to http://, with the defaults", async () => {
  const { plan, port, texts } = await planFor("http://127.0.0.1:PORT/a%20b?c=d#e");
  assertEquals(texts, ["GET /a%20b?c=d HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n"]);
  assertEquals({ ...plan, messages: [] }, {
    hostname: "127.0.0.1",
    port,
    framing: { type: "http" },
    messages: [],
    connections: 64,
    slow: 0,
    rate: null,
    closing: false,
    warmup: 0,
    duration: 10_000,
    seed: 1,
  });
});

Deno.test("planTarget() follows the settings", async () => {
  const { plan } = await planFor("http://127.0.0.1:PORT", {
    connections: ["7"],
    rate: ["12.5"],
    duration: ["300ms"],
    warmup: ["2s"],
    seed: ["9"],
  });
  const { connections, rate, duration, warmup, seed } = plan;
  assertEquals([connections, rate, duration, warmup, seed], [7, 12.5, 300, 2000, 9]);
});

Deno.test("planTarget() sends messages of its own to tcp:// for an echo", async () => {
  const { plan, port } = await planFor("tcp://127.0.0.1:PORT", { messageSize: ["1000"] });
  assertEquals([plan.hostname, plan.port], ["127.0.0.1", port]);
  assertEquals(plan.framing, { type: "echo" });
  assertEquals(plan.messages.map(({ base64 }) => atob(base64).length), [1000]);
  const other = await planFor("tcp://127.0.0.1:PORT", { messageSize: ["1000"], seed: ["2"] });
  assert(other.plan.messages[0]?.base64 !== plan.messages[0]?.base64);
});

Deno.test("planTarget() resolves a host name, and sends it in Host", async () => {
  const { plan, texts } = await planFor("http://localhost:PORT/");
  assertEquals(plan.hostname, "127.0.0.1");
  assertEquals(texts, ["GET / HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n"]);
  assertEquals((await planFor("tcp://localhost:PORT")).plan.hostname, "127.0.0.1");
});

Deno.test("planTarget() accepts an IPv6 address in brackets", async () => {
  const { plan, texts } = await planFor("http://[::1]:PORT/", {}, "::1");
  assertEquals(plan.hostname, "::1");
  assertEquals(texts, ["GET / HTTP/1.1\r\nHost: [::1]:PORT\r\n\r\n"]);
  assertEquals((await planFor("tcp://[::1]:PORT", {}, "::1")).plan.hostname, "::1");
});

Deno.test("planTarget() sends requests from files to http:// and tcp://", async () => {
  await withFile("POST /a HTTP/1.1\n\nbody", async (request) => {
    const { plan, texts } = await planFor("http://127.0.0.1:PORT/b", { request: [request] });
    assertEquals(plan.framing, { type: "http" });
    assertEquals(texts, [
      "POST /a HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 4\r\n\r\nbody",
    ]);
  });
  await withFile("ping\n", async (request) => {
    const flags = { request: [request], delimiter: [String.raw`\r\n.\x00`] };
    const { plan, texts } = await planFor("tcp://127.0.0.1:PORT", flags);
    assertEquals(plan.framing, { type: "delimiter", delimiter: "\r\n.\0" });
    assertEquals(texts, ["ping\n"]);
  });
});

Deno.test("planTarget() refuses a request that does not fit the URL with 64", async () => {
  await withFile("ping\n", async (request) => {
    assertEquals(await refusal("http://127.0.0.1:1/", { request: [request] }), [
      EXIT.usage,
      `Cannot send the request "${request}" to "http://127.0.0.1:1/": found a request that is not HTTP`,
    ]);
  });
  await withFile("GET / HTTP/1.1\n\n", async (request) => {
    assertEquals(await refusal("tcp://127.0.0.1:1", { request: [request] }), [
      EXIT.usage,
      `Cannot send the request "${request}" to "tcp://127.0.0.1:1": found an HTTP request`,
    ]);
  });
});

Deno.test("planTarget() refuses a URL that it cannot use with 64", async () => {
  const wrong: Record<string, string> = {
    "": "it is not a URL",
    "127.0.0.1:8080": "it is not a URL",
    "/path": "it is not a URL",
    "http://": "it is not a URL",
    "http://a:99999/": "it is not a URL",
    "https://127.0.0.1/": "TLS is not supported",
    "localhost:8080": 'found the scheme "localhost:"',
    "ftp://127.0.0.1/": 'found the scheme "ftp:"',
    "ws://127.0.0.1/": 'found the scheme "ws:"',
    "tcp:8080": "it names no host",
    "tcp://127.0.0.1": "it names no port",
    "tcp://[::1]/": "it names no port",
  };
  for (const [url, found] of Object.entries(wrong)) {
    assertEquals(await refusal(url), [
      EXIT.usage,
      `Cannot use the URL "${url}": ${found}, expected http://HOST:PORT/PATH or tcp://HOST:PORT`,
    ]);
  }
});

Deno.test("planTarget() fails with 69 if the server cannot be reached", async () => {
  const port = freePort();
  for (const url of [`http://127.0.0.1:${port}/`, `tcp://127.0.0.1:${port}`]) {
    assertEquals(await refusal(url), [
      EXIT.unavailable,
      `Cannot load "${url}": cannot connect to 127.0.0.1:${port}: connection refused`,
    ]);
  }
  const [code, message] = await refusal("http://there-is-no-such-host.invalid/");
  assertEquals(code, EXIT.unavailable);
  assertMatch(message, /^Cannot load "http:\/\/there-is-no-such-host.invalid\/": .+/);
});
