/** HTTP/1.1 over real sockets: bytes on the wire, and the lifetime of the connection. */
import { assert, assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import {
  ask,
  chunked,
  receiveLastResponse,
  receiveResponse,
  requestText,
} from "../helpers/http_client.ts";
import { type Case, HANDLER, refused, testAll } from "../helpers/http_conformance.ts";
import { startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

const MIB = 1024 * 1024;

const PERSISTENCE: Readonly<Record<string, Case>> = {
  async "RFC 9112, 9.3: a connection persists, without a Connection field"(client) {
    for (let i = 0; i < 3; i++) {
      const { status, body, fields } = await ask(client, "GET", "/");
      assertEquals([status, body, fields["connection"]], [200, "Hello", undefined]);
      assertEquals(fields["content-length"], "5");
      assert(Math.abs(Date.parse(fields["date"] ?? "") - Date.now()) < 60_000);
    }
  },
  async "RFC 9112, 9.6: a request with Connection: close gets the last response"(client) {
    await client.send(requestText("GET", "/", { Connection: "close" }));
    assertEquals((await receiveLastResponse(client)).body, "Hello");
  },
  async "RFC 9112, 9.6: a request after Connection: close is ignored"(client) {
    await client.send(requestText("GET", "/", { Connection: "close" }) + requestText("GET", "/"));
    assertEquals((await receiveLastResponse(client)).body, "Hello");
  },
  async "RFC 9112, 9.3: an HTTP/1.0 connection closes after the response"(client) {
    await client.send("GET / HTTP/1.0\r\n\r\n");
    assertEquals((await receiveLastResponse(client)).body, "Hello");
  },
  async "RFC 9112, 9.3: an HTTP/1.0 connection with keep-alive persists, and the response says so"(
    client,
  ) {
    for (let i = 0; i < 3; i++) {
      await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      const { body, fields } = await receiveResponse(client);
      assertEquals([body, fields["connection"]], ["Hello", "keep-alive"]);
    }
  },
  async "RFC 9112, 6.3: a body of unknown length is chunked"(client) {
    const { body, fields } = await ask(client, "GET", "/pieces");
    assertEquals([body, fields["transfer-encoding"]], ["abcdef", "chunked"]);
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
  async "RFC 9112, 6.3: a body of unknown length ends with the connection in HTTP/1.0"(client) {
    await client.send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const { body, fields } = await receiveLastResponse(client);
    assertEquals([body, fields["transfer-encoding"]], ["abcdef", undefined]);
  },
  async "RFC 9112, 9.6: a client that half-closes after its request gets the response"(client) {
    await client.send(requestText("GET", "/"));
    await client.end();
    assertEquals((await receiveResponse(client)).body, "Hello");
    assertEquals(await client.receiveAll(), "");
  },
  async "RFC 9112, 8: a client that half-closes within a head gets no response"(client) {
    await client.send("GET / HTTP/1.1\r\nHost:");
    await client.end();
    assertEquals(await client.receiveAll(), "");
  },
};

const ORDER: Readonly<Record<string, Case>> = {
  async "RFC 9112, 9.3.2: pipelined requests are answered in order"(client) {
    const bodies = Array.from({ length: 50 }, (_, i) => `body ${i}`);
    await client.send(
      bodies.map((body) => requestText("POST", "/echo", {}, body) + requestText("GET", "/"))
        .join(""),
    );
    for (const body of bodies) {
      assertEquals((await receiveResponse(client)).body, body);
      assertEquals((await receiveResponse(client)).body, "Hello");
    }
  },
  async "RFC 9112, 9.3.2: a large response and a small one keep their order"(client) {
    await client.send(requestText("GET", "/large") + requestText("GET", "/"));
    assertEquals((await receiveResponse(client)).body.length, MIB);
    assertEquals((await receiveResponse(client)).body, "Hello");
  },
  async "RFC 9112, 9.3.2: responses come before the error for a malformed request after them"(
    client,
  ) {
    await client.send(requestText("GET", "/") + requestText("POST", "/count", {}, "abc") + "(\r\n");
    assertEquals((await receiveResponse(client)).body, "Hello");
    assertEquals((await receiveResponse(client)).body, "3");
    assertEquals((await receiveLastResponse(client)).status, 400);
  },
  async "requests that arrive byte by byte are answered like any others"(client) {
    const text = requestText("GET", "/") +
      requestText("POST", "/echo", { "Transfer-Encoding": "chunked" }, chunked("abc", "de")) +
      requestText("POST", "/count", {}, "12345");
    const sending = client.sendBytewise(text);
    for (const body of ["Hello", "abcde", "5"]) {
      assertEquals((await receiveResponse(client)).body, body);
    }
    await sending;
  },
};

const METHODS: Readonly<Record<string, Case>> = {
  async "RFC 9110, 9.3.2: HEAD has the fields of GET and no body"(client) {
    const { date: _, ...fields } = (await ask(client, "HEAD", "/")).fields;
    const { date: __, ...same } = (await ask(client, "GET", "/")).fields;
    assertEquals(fields, same);
    assertEquals(fields["content-length"], "5");
  },
  async "RFC 9110, 9.3.2: HEAD of an unknown path has no body, either"(client) {
    assertEquals((await ask(client, "HEAD", "/nothing")).status, 404);
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
  async "RFC 9110, 15.5.6: any other method gets 405 with the allowed methods"(client) {
    const { status, fields } = await ask(client, "DELETE", "/");
    assertEquals([status, fields["allow"]], [405, "GET, HEAD, OPTIONS"]);
    assertEquals((await ask(client, "get", "/")).status, 405);
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
  async "RFC 9112, 3.2.2: a target in absolute form is treated like its path"(client) {
    assertEquals((await ask(client, "GET", "http://localhost/")).body, "Hello");
    assertEquals((await ask(client, "GET", "http://localhost")).body, "Hello");
  },
  async "RFC 9110, 9.3.6: CONNECT gets 501"(client) {
    const [status] = await refused(client, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    assertEquals(status, 501);
  },
  async "RFC 9110, 15.6.6: HTTP/2 gets 505"(client) {
    const [status] = await refused(client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assertEquals(status, 505);
  },
  async "RFC 9110, 10.1.1: an unknown expectation gets 417"(client) {
    assertEquals((await refused(client, requestText("GET", "/", { Expect: "x" })))[0], 417);
  },
  async "RFC 9112, 3: a malformed request gets 400 with the reason"(client) {
    assertEquals(
      await refused(client, "GET / HTTP/1.1\r\n\r\n"),
      [400, "Bad Request: no Host field\n"],
    );
  },
};

const CONTINUE: Readonly<Record<string, Case>> = {
  async "RFC 9110, 10.1.1: the client gets a 100 when the handler reads the body"(client) {
    for (const target of ["/count", "/echo"]) {
      await client.send(requestText("POST", target, {
        "Expect": "100-continue",
        "Content-Length": 3,
      }));
      assertEquals((await receiveResponse(client)).status, 100);
      await client.send("abc");
      assertEquals((await receiveResponse(client)).body, target === "/echo" ? "abc" : "3");
    }
  },
  async "RFC 9110, 10.1.1: the client gets a 100 for a chunked body, too"(client) {
    await client.send(requestText("POST", "/count", {
      "Expect": "100-continue",
      "Transfer-Encoding": "chunked",
    }));
    assertEquals((await receiveResponse(client)).status, 100);
    await client.send(chunked("abc", "d"));
    assertEquals((await receiveResponse(client)).body, "4");
  },
  async "RFC 9110, 10.1.1: an unread body causes no 100, and ends the connection"(
    client,
  ) {
    await client.send(requestText("POST", "/ignore", {
      "Expect": "100-continue",
      "Content-Length": 3,
    }));
    assertEquals((await receiveLastResponse(client)).body, "ignored");
  },
  async "RFC 9110, 10.1.1: a body that has arrived causes no 100"(client) {
    const fields = { "Expect": "100-continue" };
    const coding = { ...fields, "Transfer-Encoding": "chunked" };
    for (const [target, body] of [["/count", "3"], ["/echo", "abc"]] as const) {
      await client.send(requestText("POST", target, fields, "abc"));
      assertEquals((await receiveResponse(client)).body, body);
      await client.send(requestText("POST", target, coding, chunked("abc")));
      assertEquals((await receiveResponse(client)).body, body);
    }
  },
  async "RFC 9110, 10.1.1: a request without a body causes no 100"(client) {
    await client.send(requestText("POST", "/count", { "Expect": "100-continue" }));
    assertEquals((await receiveResponse(client)).body, "0");
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
  async "RFC 9110, 10.1.1: HTTP/1.0 causes no 100"(client) {
    await client.send("POST /count HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    await client.send("abc");
    assertEquals((await receiveLastResponse(client)).body, "3");
  },
};

const BODIES: Readonly<Record<string, Case>> = {
  async "RFC 9112, 7.1: request and response bodies flow at the same time"(client) {
    await client.send(requestText("POST", "/echo", { "Transfer-Encoding": "chunked" }));
    const head = await client.receiveUntil("\r\n\r\n");
    assert(head.includes("Transfer-Encoding: chunked\r\n"), head);
    for (const piece of ["a", "bc", "def"]) {
      await client.send(`${piece.length}\r\n${piece}\r\n`);
      assertEquals(await client.receiveUntil(`${piece}\r\n`), `${piece.length}\r\n${piece}\r\n`);
    }
    await client.send("0\r\nTrailer: x\r\n\r\n");
    assertEquals(await client.receiveUntil("\r\n\r\n"), "0\r\n\r\n");
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
  async "a body of megabytes is echoed unchanged"(client) {
    const body = Array.from({ length: MIB / 4 }, (_, i) => i.toString(36).padStart(8, "0")).join(
      "",
    );
    const sending = client.send(requestText("POST", "/echo", {}, body));
    assertEquals((await receiveResponse(client)).body === body, true);
    await sending;
  },
  async "RFC 9112, 9.3: a small unread body is skipped"(client) {
    await client.send(requestText("POST", "/ignore", {}, "unread") + requestText("GET", "/"));
    assertEquals((await receiveResponse(client)).body, "ignored");
    assertEquals((await receiveResponse(client)).body, "Hello");
    const request = requestText("POST", "/ignore", { "Transfer-Encoding": "chunked" });
    await client.send(request + chunked("unread") + requestText("GET", "/"));
    assertEquals((await receiveResponse(client)).body, "ignored");
    assertEquals((await receiveResponse(client)).body, "Hello");
  },
  async "RFC 9112, 9.3: a small unread body may arrive after the response"(client) {
    await client.send(requestText("POST", "/ignore", { "Content-Length": 6 }));
    assertEquals((await receiveResponse(client)).body, "ignored");
    await client.send("unread");
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
  async "RFC 9112, 9.6: a large unread body ends the connection, without a reset"(
    client,
  ) {
    await client.send(requestText("POST", "/ignore", { "Content-Length": 4 * MIB }));
    const sending = client.send(new Uint8Array(4 * MIB));
    assertEquals((await receiveLastResponse(client)).body, "ignored");
    await sending;
  },
  async "RFC 9112, 9.6: a client that keeps sending can read why it was refused"(client) {
    await client.send("GET / HTTP/1.1\r\n\r\n");
    await client.send(new Uint8Array(4 * MIB));
    assertEquals((await receiveLastResponse(client)).body, "Bad Request: no Host field\n");
  },
  async "RFC 9112, 7.1: a malformed chunk gets 400"(client) {
    const request = requestText("POST", "/count", { "Transfer-Encoding": "chunked" });
    assertEquals((await refused(client, `${request}x\r\n`))[0], 400);
  },
  async "RFC 9112, 8: a malformed chunk leaves a response that echoes the body incomplete"(client) {
    await client.send(requestText("POST", "/echo", { "Transfer-Encoding": "chunked" }));
    await client.send("1\r\na\r\n");
    await client.receiveUntil("1\r\na\r\n");
    await client.send("x\r\n");
    const rest = await client.receiveAll().catch(() => "");
    assertEquals(rest, "");
  },
};

testAll([], { ...PERSISTENCE, ...ORDER, ...METHODS, ...CONTINUE, ...BODIES });

Deno.test("HTTP: a client that speaks TLS gets 400, and the log has advice once", async () => {
  await using server = await startServer(HANDLER);
  for (let i = 0; i < 3; i++) {
    using client = await Client.connect(server);
    await client.send(Uint8Array.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]));
    assertEquals((await receiveLastResponse(client)).status, 400);
  }
  await until("all refusals are logged", () => server.records("Request refused").length === 3);
  await server.logged("A client speaks TLS to this port");
  assertEquals(server.records("A client speaks TLS").length, 1);
});
