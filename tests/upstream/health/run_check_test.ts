import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Address } from "../../../src/base/address.ts";
import { Attempt } from "../../../src/upstream/health/attempt.ts";
import { type CheckResult, failed, OK } from "../../../src/upstream/health/result.ts";
import { runCheck } from "../../../src/upstream/health/run_check.ts";
import type { ActiveCheck, HttpCheck } from "../../../src/upstream/health/settings.ts";
import {
  answering,
  Backend,
  deadAddress,
  hang,
  response,
  type Serve,
} from "../../helpers/backend.ts";
import { until } from "../../helpers/until.ts";

const TCP: ActiveCheck = { kind: "tcp" };
const HTTP: HttpCheck = {
  kind: "http",
  path: "/health?deep",
  host: null,
  status: [{ from: 200, to: 399 }],
  body: null,
};
const RETRY = ["Retry-After: 5"];
const DRAIN: CheckResult = { kind: "drain", reason: "status 503 with Retry-After" };
const CUT = failed("the connection was closed before the end of the response");
const NO_BODY = failed(`the body does not contain "fine"`);
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

function check(address: Address, how: ActiveCheck): Promise<CheckResult | null> {
  return runCheck(address, how, new Attempt());
}

/** The result of a check of a backend, and a look at whether the backend has lost all its clients. */
async function checkBackend(serve: Serve, how: ActiveCheck): Promise<CheckResult | null> {
  using backend = new Backend(serve);
  const result = await check(backend.address, how);
  await until("the check has closed its socket", () => backend.open === 0);
  return result;
}

Deno.test("runCheck() by TCP finds who listens, and who does not", async () => {
  assertEquals(await checkBackend(hang, TCP), OK);
  const refused = failed("cannot connect: connection refused");
  assertEquals(await check(deadAddress(), TCP), refused);
  assertEquals(await check(deadAddress(), HTTP), refused);
});

Deno.test("runCheck() checks a Unix socket", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/backend.sock`;
  try {
    const missing = failed("cannot connect: no such socket");
    assertEquals(await check({ transport: "unix", path }, TCP), missing);
    using listener = Deno.listen({ transport: "unix", path });
    const accepting = listener.accept();
    assertEquals(await check({ transport: "unix", path }, TCP), OK);
    (await accepting).close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runCheck() by HTTP asks for the path, and to close the connection", async () => {
  let request = "";
  const serve: Serve = async (conn) => {
    const buffer = new Uint8Array(1024);
    request = new TextDecoder().decode(buffer.subarray(0, await conn.read(buffer) ?? 0));
  };
  using backend = new Backend(serve);
  await check(backend.address, HTTP);
  const { port } = backend.address;
  assertStringIncludes(request, `GET /health?deep HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`);
  assertStringIncludes(request, "\r\nConnection: close\r\n");
  await check(backend.address, { ...HTTP, host: "shop.example" });
  assertStringIncludes(request, "\r\nHost: shop.example\r\n");
});

Deno.test("runCheck() begins with the header that the backend expects", async () => {
  const headers = new Map<string, string>();
  for (const sendProxy of ["none", "v1", "v2"] as const) {
    for (const how of [TCP, HTTP]) {
      const received = Promise.withResolvers<string>();
      using backend = new Backend(async (conn) => {
        const { port } = conn.remoteAddr;
        const buffer = new Uint8Array(1024);
        const count = await conn.read(buffer) ?? 0;
        const text = new TextDecoder("latin1").decode(buffer.subarray(0, count));
        received.resolve(text.replace(String(port), "PORT").split("GET ")[0] ?? "");
      });
      await runCheck(backend.address, how, new Attempt(sendProxy));
      const { port } = backend.address;
      const header = (await received.promise).replace(` ${port}`, " BACKEND");
      headers.set(`${how.kind} ${sendProxy}`, header);
    }
  }
  const line = "PROXY TCP4 127.0.0.1 127.0.0.1 PORT BACKEND\r\n";
  const local = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
  assertEquals(Object.fromEntries(headers), {
    "tcp none": "",
    "http none": "",
    "tcp v1": line,
    "http v1": line,
    "tcp v2": local,
    "http v2": local,
  });
});

/** Answers, how they are judged, and the text that is expected in the body, if any. */
const ANSWERS: readonly (readonly [string, string, CheckResult, string?])[] = [
  ["a success", response(200), OK],
  ["a redirect", response(302), OK],
  ["no content", "HTTP/1.1 204 No Content\r\n\r\n", OK],
  ["an answer of HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", OK],
  ["hints and then a success", `HTTP/1.1 103 Early Hints\r\n\r\n${response(200)}`, OK],
  ["a failure", response(500), failed("status 500, expected 200-399")],
  [
    "no answer but another protocol",
    "HTTP/1.1 101 Upgrade\r\n\r\n",
    failed("status 101, expected 200-399"),
  ],
  ["503", response(503), failed("status 503, expected 200-399")],
  ["503 and when to retry", response(503, RETRY), DRAIN],
  ["503 and when to retry, in other letters", response(503, ["RETRY-AFTER : 5"]), DRAIN],
  ["500 and when to retry", response(500, RETRY), failed("status 500, expected 200-399")],
  [
    "503 with a body that says when",
    response(503, [], "\nRetry-After: 5"),
    failed("status 503, expected 200-399"),
  ],
  ["nothing", "", failed("the connection was closed without a response")],
  ["half a head", "HTTP/1.1 200 OK\r\nServer: x", CUT],
  [
    "another protocol",
    "SSH-2.0-OpenSSH_10.0\r\n",
    failed("the answer is not an HTTP/1.1 response"),
  ],
  ["the text", response(200, [], "all is fine here"), OK, "fine"],
  ["another text", response(200, [], "all is bad"), NO_BODY, "fine"],
  ["no text", response(200), NO_BODY, "fine"],
  ["the text in UTF-8", response(200, [], "läuft ✓"), OK, "läuft ✓"],
  ["the text in chunks", `${CHUNKED}5\r\nall f\r\n3;x=y\r\nine\r\n0\r\n\r\n`, OK, "fine"],
  ["another text in chunks", `${CHUNKED}5\r\nall f\r\n0\r\nA: ine\r\n\r\n`, NO_BODY, "fine"],
  [
    "wrong chunks",
    `${CHUNKED}x\r\nfine\r\n`,
    failed("the chunks of the body are malformed"),
    "fine",
  ],
  ["the text until the end", "HTTP/1.1 200 OK\r\n\r\nfine", OK, "fine"],
  ["another text until the end", "HTTP/1.1 200 OK\r\n\r\nfin", NO_BODY, "fine"],
  ["half a body", response(200, [], "all is fine").slice(0, -1), CUT, "fine"],
  ["half a body in chunks", `${CHUNKED}5\r\nall f\r\n`, CUT, "fine"],
  [
    "a wrong status with the text",
    response(404, [], "fine"),
    failed("status 404, expected 200-399"),
    "fine",
  ],
];

for (const [what, answer, expected, body = null] of ANSWERS) {
  Deno.test(`runCheck() by HTTP judges ${what}, at once and byte by byte`, async () => {
    const how = { ...HTTP, body };
    assertEquals(await checkBackend(answering(answer), how), expected);
    assertEquals(await checkBackend(answering(answer, 1), how), expected);
  });
}

Deno.test("runCheck() by HTTP takes an expected 503 for what was expected", async () => {
  const how = { ...HTTP, status: [{ from: 200, to: 200 }, { from: 503, to: 503 }] };
  assertEquals(await checkBackend(answering(response(503, RETRY)), how), OK);
  const other = failed("status 500, expected 200,503");
  assertEquals(await checkBackend(answering(response(500)), how), other);
});

Deno.test("runCheck() by HTTP reads an endless answer no further than it must", async () => {
  const endless = (start: string): Serve => async (conn) => {
    await conn.read(new Uint8Array(1024));
    const bytes = new TextEncoder().encode(start);
    for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
    for (;;) await conn.write(new TextEncoder().encode("x".repeat(1000)));
  };
  const head = failed("the header section is longer than 16384 bytes");
  assertEquals(await checkBackend(endless("HTTP/1.1 200 OK\r\nX: "), HTTP), head);
  assertEquals(await checkBackend(endless("HTTP/1.1 200 OK\r\n\r\n"), HTTP), OK);
  const how = { ...HTTP, body: "fine" };
  assertEquals(await checkBackend(endless("HTTP/1.1 200 OK\r\n\r\n"), how), NO_BODY);
  const late = `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(64 * 1024 - 3)}fine`;
  assertEquals(await checkBackend(endless(late), how), NO_BODY);
  const early = `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(64 * 1024 - 4)}fine`;
  assertEquals(await checkBackend(endless(early), how), OK);
});

Deno.test("runCheck() tells of a connection that the backend resets", async () => {
  const server = createServer((socket) => socket.on("data", () => socket.resetAndDestroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const result = await check({ transport: "tcp", hostname: "127.0.0.1", port }, HTTP);
  assertEquals(result, failed("the connection failed: connection reset by peer"));
  server.close();
  await once(server, "close");
});

Deno.test("runCheck() that is cancelled has no result, and closes its socket", async () => {
  using backend = new Backend(hang);
  for (const wait of [() => true, () => backend.open === 1]) {
    const attempt = new Attempt();
    const checking = runCheck(backend.address, HTTP, attempt);
    await until("the check waits", wait);
    attempt.cancel();
    assertEquals(await checking, null);
    await until("the backend has no client", () => backend.open === 0);
  }
});

Deno.test("runCheck() without a descriptor has no result", async () => {
  using backend = new Backend(hang);
  const program = `
    import { Attempt } from "${import.meta.resolve("../../../src/upstream/health/attempt.ts")}";
    import { runCheck } from "${import.meta.resolve("../../../src/upstream/health/run_check.ts")}";
    const address = ${JSON.stringify(backend.address)};
    const files = [];
    try { for (;;) files.push(Deno.openSync("/dev/null")); } catch { /* There are no more. */ }
    const none = await runCheck(address, { kind: "tcp" }, new Attempt());
    for (const file of files) file.close();
    const ok = await runCheck(address, { kind: "tcp" }, new Attempt());
    console.log(JSON.stringify([none, ok]));`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, program);
    const config = new URL(import.meta.resolve("../../../deno.json")).pathname;
    const run =
      `ulimit -n 64; exec "${Deno.execPath()}" run -A --no-check --config "${config}" "${file}"`;
    const { stdout, stderr } = await new Deno.Command("sh", { args: ["-c", run] }).output();
    const text = new TextDecoder().decode(stdout).trim();
    assertEquals(text, `[null,{"kind":"ok"}]`, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("runCheck() is not deceived by a socket that is connected to itself", async () => {
  // The kernel gives clients even ports first, about 14,000, and comes to this one by chance. Then
  // the port rests for a minute, so it is another one each time.
  let port = 59_998 - 2 * Math.floor(Math.random() * 10_000);
  while (!isFree(port)) port -= 2;
  const address: Address = { transport: "tcp", hostname: "127.0.0.1", port };
  const reasons = new Set<string>();
  for (let count = 0; count < 200_000 && reasons.size < 2; count++) {
    const result = await check(address, TCP);
    reasons.add(result?.kind === "failed" ? result.reason : JSON.stringify(result));
  }
  assertEquals([...reasons], [
    "cannot connect: connection refused",
    "cannot connect: nobody listens, the socket was connected to itself",
  ]);
});

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}
