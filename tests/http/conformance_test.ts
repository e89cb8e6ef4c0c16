/** HTTP/1.1 over real sockets: what goes over the wire, and what happens to the connection. */
import { assert, assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import {
  ask,
  chunked,
  receiveAnswer,
  receiveLastAnswer,
  requestText,
} from "../helpers/http_client.ts";
import { type Case, HANDLER, refused, testAll } from "../helpers/http_conformance.ts";
import { startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

const MIB = 1024 * 1024;

const ENDS: Readonly<Record<string, Case>> = {
  async "RFC 9112, 9.3: a connection is kept, and nothing is said about it"(client) {
    for (let i = 0; i < 3; i++) {
      const { status, body, fields } = await ask(client, "GET", "/");
      assertEquals([status, body, fields["connection"]], [200, "Hello", undefined]);
      assertEquals(fields["content-length"], "5");
      assert(Math.abs(Date.parse(fields["date"] ?? "") - Date.now()) < 60_000);
    }
  },
  async "RFC 9112, 9.6: Connection: close has the last answer"(client) {
    await client.send(requestText("GET", "/", { Connection: "close" }));
    assertEquals((await receiveLastAnswer(client)).body, "Hello");
  },
  async "RFC 9112, 9.6: what comes behind Connection: close is not answered"(client) {
    await client.send(requestText("GET", "/", { Connection: "close" }) + requestText("GET", "/"));
    assertEquals((await receiveLastAnswer(client)).body, "Hello");
  },
  async "RFC 9112, 9.3: HTTP/1.0 is answered and closed"(client) {
    await client.send("GET / HTTP/1.0\r\n\r\n");
    assertEquals((await receiveLastAnswer(client)).body, "Hello");
  },
  async "RFC 9112, 9.3: HTTP/1.0 with keep-alive is kept, and told so"(client) {
    for (let i = 0; i < 3; i++) {
      await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      const { body, fields } = await receiveAnswer(client);
      assertEquals([body, fields["connection"]], ["Hello", "keep-alive"]);
    }
  },
  async "RFC 9112, 6.3: a body of unknown length is chunked"(client) {
    const { body, fields } = await ask(client, "GET", "/pieces");
    assertEquals([body, fields["transfer-encoding"]], ["abcdef", "chunked"]);
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
  async "RFC 9112, 6.3: a body of unknown length ends with the connection of HTTP/1.0"(client) {
    await client.send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const { body, fields } = await receiveLastAnswer(client);
    assertEquals([body, fields["transfer-encoding"]], ["abcdef", undefined]);
  },
  async "RFC 9112, 9.6: a client that ends after its request is answered"(client) {
    await client.send(requestText("GET", "/"));
    await client.end();
    assertEquals((await receiveAnswer(client)).body, "Hello");
    assertEquals(await client.receiveAll(), "");
  },
  async "RFC 9112, 8: a client that ends within its head is not answered"(client) {
    await client.send("GET / HTTP/1.1\r\nHost:");
    await client.end();
    assertEquals(await client.receiveAll(), "");
  },
};

const ORDER: Readonly<Record<string, Case>> = {
  async "RFC 9112, 9.3.2: requests in one write are answered in their order"(client) {
    const bodies = Array.from({ length: 50 }, (_, i) => `body ${i}`);
    await client.send(
      bodies.map((body) => requestText("POST", "/echo", {}, body) + requestText("GET", "/"))
        .join(""),
    );
    for (const body of bodies) {
      assertEquals((await receiveAnswer(client)).body, body);
      assertEquals((await receiveAnswer(client)).body, "Hello");
    }
  },
  async "RFC 9112, 9.3.2: a large answer and a small one keep their order"(client) {
    await client.send(requestText("GET", "/large") + requestText("GET", "/"));
    assertEquals((await receiveAnswer(client)).body.length, MIB);
    assertEquals((await receiveAnswer(client)).body, "Hello");
  },
  async "RFC 9112, 9.3.2: answers come before the one that refuses what is behind them"(client) {
    await client.send(requestText("GET", "/") + requestText("POST", "/count", {}, "abc") + "(\r\n");
    assertEquals((await receiveAnswer(client)).body, "Hello");
    assertEquals((await receiveAnswer(client)).body, "3");
    assertEquals((await receiveLastAnswer(client)).status, 400);
  },
  async "requests that come byte by byte are answered as those that come at once"(client) {
    const text = requestText("GET", "/") +
      requestText("POST", "/echo", { "Transfer-Encoding": "chunked" }, chunked("abc", "de")) +
      requestText("POST", "/count", {}, "12345");
    const sending = client.sendBytewise(text);
    for (const body of ["Hello", "abcde", "5"]) {
      assertEquals((await receiveAnswer(client)).body, body);
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
  async "RFC 9110, 9.3.2: HEAD of nothing has no body either"(client) {
    assertEquals((await ask(client, "HEAD", "/nothing")).status, 404);
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
  async "RFC 9110, 15.5.6: another method is 405 with those that there are"(client) {
    const { status, fields } = await ask(client, "DELETE", "/");
    assertEquals([status, fields["allow"]], [405, "GET, HEAD, OPTIONS"]);
    assertEquals((await ask(client, "get", "/")).status, 405);
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
  async "RFC 9112, 3.2.2: a URL is answered as its path is"(client) {
    assertEquals((await ask(client, "GET", "http://localhost/")).body, "Hello");
    assertEquals((await ask(client, "GET", "http://localhost")).body, "Hello");
  },
  async "RFC 9110, 9.3.6: CONNECT is 501"(client) {
    const [status] = await refused(client, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    assertEquals(status, 501);
  },
  async "RFC 9110, 15.6.6: HTTP/2 is 505"(client) {
    const [status] = await refused(client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assertEquals(status, 505);
  },
  async "RFC 9110, 10.1.1: another expectation is 417"(client) {
    assertEquals((await refused(client, requestText("GET", "/", { Expect: "x" })))[0], 417);
  },
  async "RFC 9112, 3: a malformed request is 400 and says why"(client) {
    assertEquals(
      await refused(client, "GET / HTTP/1.1\r\n\r\n"),
      [400, "Bad Request: no Host field\n"],
    );
  },
};

const CONTINUE: Readonly<Record<string, Case>> = {
  async "RFC 9110, 10.1.1: a handler that reads has the client send the body"(client) {
    for (const target of ["/count", "/echo"]) {
      await client.send(requestText("POST", target, {
        "Expect": "100-continue",
        "Content-Length": 3,
      }));
      assertEquals((await receiveAnswer(client)).status, 100);
      await client.send("abc");
      assertEquals((await receiveAnswer(client)).body, target === "/echo" ? "abc" : "3");
    }
  },
  async "RFC 9110, 10.1.1: a chunked body is waited for, too"(client) {
    await client.send(requestText("POST", "/count", {
      "Expect": "100-continue",
      "Transfer-Encoding": "chunked",
    }));
    assertEquals((await receiveAnswer(client)).status, 100);
    await client.send(chunked("abc", "d"));
    assertEquals((await receiveAnswer(client)).body, "4");
  },
  async "RFC 9110, 10.1.1: a body that is not read is not asked for, and ends the connection"(
    client,
  ) {
    await client.send(requestText("POST", "/ignore", {
      "Expect": "100-continue",
      "Content-Length": 3,
    }));
    assertEquals((await receiveLastAnswer(client)).body, "ignored");
  },
  async "RFC 9110, 10.1.1: a body that is there is not asked for"(client) {
    const fields = { "Expect": "100-continue" };
    const coding = { ...fields, "Transfer-Encoding": "chunked" };
    for (const [target, answer] of [["/count", "3"], ["/echo", "abc"]] as const) {
      await client.send(requestText("POST", target, fields, "abc"));
      assertEquals((await receiveAnswer(client)).body, answer);
      await client.send(requestText("POST", target, coding, chunked("abc")));
      assertEquals((await receiveAnswer(client)).body, answer);
    }
  },
  async "RFC 9110, 10.1.1: no body is not asked for"(client) {
    await client.send(requestText("POST", "/count", { "Expect": "100-continue" }));
    assertEquals((await receiveAnswer(client)).body, "0");
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
  async "RFC 9110, 10.1.1: HTTP/1.0 is not asked"(client) {
    await client.send("POST /count HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    await client.send("abc");
    assertEquals((await receiveLastAnswer(client)).body, "3");
  },
};

const BODIES: Readonly<Record<string, Case>> = {
  async "RFC 9112, 7.1: a body goes both ways while it is made"(client) {
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
  async "a body of megabytes comes back as it was sent"(client) {
    const body = Array.from({ length: MIB / 4 }, (_, i) => i.toString(36).padStart(8, "0")).join(
      "",
    );
    const sending = client.send(requestText("POST", "/echo", {}, body));
    assertEquals((await receiveAnswer(client)).body === body, true);
    await sending;
  },
  async "RFC 9112, 9.3: a small body that nobody reads is passed over"(client) {
    await client.send(requestText("POST", "/ignore", {}, "unread") + requestText("GET", "/"));
    assertEquals((await receiveAnswer(client)).body, "ignored");
    assertEquals((await receiveAnswer(client)).body, "Hello");
    const request = requestText("POST", "/ignore", { "Transfer-Encoding": "chunked" });
    await client.send(request + chunked("unread") + requestText("GET", "/"));
    assertEquals((await receiveAnswer(client)).body, "ignored");
    assertEquals((await receiveAnswer(client)).body, "Hello");
  },
  async "RFC 9112, 9.3: a small body that nobody reads may come after the answer"(client) {
    await client.send(requestText("POST", "/ignore", { "Content-Length": 6 }));
    assertEquals((await receiveAnswer(client)).body, "ignored");
    await client.send("unread");
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
  async "RFC 9112, 9.6: a large body that nobody reads ends the connection, without a reset"(
    client,
  ) {
    await client.send(requestText("POST", "/ignore", { "Content-Length": 4 * MIB }));
    const sending = client.send(new Uint8Array(4 * MIB));
    assertEquals((await receiveLastAnswer(client)).body, "ignored");
    await sending;
  },
  async "RFC 9112, 9.6: a client that goes on sending can read why it was refused"(client) {
    await client.send("GET / HTTP/1.1\r\n\r\n");
    await client.send(new Uint8Array(4 * MIB));
    assertEquals((await receiveLastAnswer(client)).body, "Bad Request: no Host field\n");
  },
  async "RFC 9112, 7.1: a malformed chunk is 400"(client) {
    const request = requestText("POST", "/count", { "Transfer-Encoding": "chunked" });
    assertEquals((await refused(client, `${request}x\r\n`))[0], 400);
  },
  async "RFC 9112, 8: a malformed chunk cuts an answer that is made of it"(client) {
    await client.send(requestText("POST", "/echo", { "Transfer-Encoding": "chunked" }));
    await client.send("1\r\na\r\n");
    await client.receiveUntil("1\r\na\r\n");
    await client.send("x\r\n");
    const rest = await client.receiveAll().catch(() => "");
    assertEquals(rest, "");
  },
};

testAll([], { ...ENDS, ...ORDER, ...METHODS, ...CONTINUE, ...BODIES });

Deno.test("HTTP: a client that speaks TLS is told so, and the log once", async () => {
  await using server = await startServer(HANDLER);
  for (let i = 0; i < 3; i++) {
    using client = await Client.connect(server);
    await client.send(Uint8Array.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]));
    assertEquals((await receiveLastAnswer(client)).status, 400);
  }
  await until("all are logged", () => server.records("Request refused").length === 3);
  await server.logged("A client speaks TLS to this port");
  assertEquals(server.records("A client speaks TLS").length, 1);
});
