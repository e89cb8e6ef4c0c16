/** Backends that cut their responses off at any byte, and bodies that are large or that nobody reads. */
import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { startHttpBalancer } from "../../helpers/balancer.ts";
import { Client } from "../../helpers/client.ts";
import { HttpBackend } from "../../helpers/http_backend.ts";
import { askAlone, chunk, requestText } from "../../helpers/http_client.ts";
import { memoryOf } from "../../helpers/process.ts";
import { always, cutting, RawBackend, rawResponse } from "../../helpers/raw_backend.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const CUTS = 2000;
const AT_ONCE = 8;
const MB = 1024 ** 2;
/** By how much the memory of the balancer may grow, whatever passes through it. */
const MEMORY = 60 * MB;

const FIELDS = Array.from({ length: 20 }, (_, i) => `X-Field-${i}: ${"v".repeat(20)}`);
const PIECES = Array.from({ length: 80 }, (_, i) => `piece ${i} of the body`);
const RESPONSES = {
  "a length": rawResponse(PIECES.join(""), FIELDS),
  "chunks": `HTTP/1.1 200 OK\r\n${FIELDS.join("\r\n")}\r\nTransfer-Encoding: chunked\r\n\r\n${
    PIECES.map(chunk).join("")
  }0\r\nX-Trailer: ${"t".repeat(40)}\r\n\r\n`,
};

/** What a client gets until its connection ends; its request says where to cut the response. */
async function received(server: { port: number }, cut: number): Promise<string> {
  using client = await Client.connect(server);
  await client.send(requestText("GET", "/", { Connection: "close", "X-Cut": cut }));
  return new TextDecoder().decode(await client.receiveRest());
}

/** Why what a client got for a cut response is wrong; null if it is not. */
function objection(text: string, cut: number, headLength: number): string | null {
  const [head = ""] = text.split("\r\n\r\n", 1);
  const body = text.slice(head.length + 4);
  if (cut < headLength) {
    const length = /^content-length: (\d+)$/im.exec(head.replaceAll("\r", ""))?.[1];
    if (!head.startsWith("HTTP/1.1 502 ")) return "no 502 for a cut head";
    return Number(length) === body.length ? null : "the 502 is not complete";
  }
  if (!head.startsWith("HTTP/1.1 200 ")) return "no response to a complete head";
  if (/\r\n0\r\n/.test(`\r\n${body}`)) return "the chunks look complete";
  return body.length < PIECES.join("").length || /chunked/.test(head)
    ? null
    : "the body looks complete";
}

for (const [framing, response] of Object.entries(RESPONSES)) {
  for (const ending of ["ends", "resets"] as const) {
    Deno.test(`a backend ${ending} within each of the first ${CUTS} bytes of a response with ${framing}: no client takes it for whole`, async () => {
      assert(response.length > CUTS, `the response has only ${response.length} bytes`);
      const headLength = response.indexOf("\r\n\r\n") + 4;
      await using backend = await RawBackend.start((request, peer) =>
        cutting(response, Number(request.fields["x-cut"]), ending)(request, peer)
      );
      await using server = await startHttpBalancer([backend.address], "--retries", "0");
      const wrong: string[] = [];
      let next = 0;
      const run = async () => {
        while (next < CUTS) {
          const cut = next++;
          const text = await received(server, cut);
          const reason = objection(text, cut, headLength);
          if (reason !== null) wrong.push(`${cut}: ${reason}: ${text}`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, run));
      assertEquals(wrong, []);
      assertEquals(backend.requests.length, CUTS);
      await until("no connection is left", () => backend.open === 0);
      backend.answer = always(response);
      assert((await received(server, 0)).includes(PIECES.at(-1) ?? ""));
      assertEquals(server.records(({ severity }) => severity === "ERROR"), []);
    });
  }
}

/** Runs something, and returns by how much the memory of a process has grown meanwhile. */
async function growth(pid: number, run: () => Promise<void>): Promise<number> {
  const before = memoryOf(pid);
  let most = before;
  const timer = setInterval(() => most = Math.max(most, memoryOf(pid)), 20);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  return most - before;
}

testWith(
  "node",
  "100 MB pass both ways at once in constant memory, with a length and in chunks",
  async () => {
    const length = 100 * MB;
    await using backend = await HttpBackend.start("node");
    await using server = await startHttpBalancer([backend.address], "--max-body-size", "200mb");
    await askAlone(server, "POST", "/echo", {}, "x".repeat(MB));
    const part = crypto.getRandomValues(new Uint8Array(64 * 1024));
    for (const isChunked of [false, true]) {
      const grown = await growth(server.pid, async () => {
        using client = await Client.connect(server);
        const framing = isChunked
          ? { "Transfer-Encoding": "chunked" }
          : { "Content-Length": length };
        const [sent, got] = [createHash("sha256"), createHash("sha256")];
        const sending = (async () => {
          await client.send(requestText("POST", "/echo", { ...framing, Connection: "close" }));
          for (let rest = length; rest > 0; rest -= part.length) {
            sent.update(part);
            if (isChunked) await client.send(`${part.length.toString(16)}\r\n`);
            await client.send(part);
            if (isChunked) await client.send("\r\n");
          }
          if (isChunked) await client.send("0\r\n\r\n");
        })();
        const head = await client.receiveUntil("\r\n\r\n");
        assert(head.startsWith("HTTP/1.1 200 "), head);
        for await (const piece of isChunked ? chunksOf(client) : piecesOf(client, length)) {
          got.update(piece);
        }
        await sending;
        assertEquals(got.digest("hex"), sent.digest("hex"));
      });
      assert(grown < MEMORY, `the memory grew by ${Math.round(grown / MB)} MB`);
    }
  },
);

async function* piecesOf(client: Client, length: number): AsyncIterable<Uint8Array> {
  for (let rest = length; rest > 0;) {
    const piece = await client.receive(Math.min(rest, 64 * 1024));
    if (piece.length === 0) throw new Error("The body is cut off");
    yield piece;
    rest -= piece.length;
  }
}

async function* chunksOf(client: Client): AsyncIterable<Uint8Array> {
  for (;;) {
    const size = parseInt(await client.receiveUntil("\r\n"), 16);
    if (size === 0) return;
    yield await client.receive(size);
    await client.receive(2);
  }
}

Deno.test("a client that does not read holds its backend back, and costs no memory", async () => {
  let sent = 0;
  let changed = performance.now();
  const part = "x".repeat(64 * 1024);
  await using backend = await RawBackend.start(async (_request, peer) => {
    await peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${1024 * MB}\r\n\r\n`);
    const left = peer.left.then(() => true);
    while (sent < 1024 * MB && !await Promise.race([left, peer.send(part)])) {
      sent += part.length;
      changed = performance.now();
    }
  });
  await using server = await startHttpBalancer([backend.address]);
  const grown = await growth(server.pid, async () => {
    using client = await Client.connect(server);
    await client.send(requestText("GET", "/"));
    await until("the backend cannot send more", () => performance.now() - changed > 1000);
    assert(sent < 64 * MB, `it has sent ${Math.round(sent / MB)} MB`);
  });
  assert(grown < MEMORY, `the memory grew by ${Math.round(grown / MB)} MB`);
});

Deno.test("a backend that does not read holds its client back, and costs no memory", async () => {
  await using backend = await HttpBackend.start("sluice");
  await using server = await startHttpBalancer([backend.address], "--max-body-size", "2gb");
  await askAlone(server, "GET", "/");
  backend.hang();
  let sent = 0;
  let changed = performance.now();
  const part = new Uint8Array(64 * 1024);
  const grown = await growth(server.pid, async () => {
    using client = await Client.connect(server);
    await client.send(requestText("POST", "/echo", { "Content-Length": 1024 * MB }));
    const sending = (async () => {
      while (sent < 1024 * MB) {
        await client.send(part);
        sent += part.length;
        changed = performance.now();
      }
    })().catch(() => {});
    await until("the client cannot send more", () => performance.now() - changed > 1000);
    client.close();
    await sending;
  });
  backend.goOn();
  assert(sent < 64 * MB, `it has sent ${Math.round(sent / MB)} MB`);
  assert(grown < MEMORY, `the memory grew by ${Math.round(grown / MB)} MB`);
});
