/** The size limits and timeouts of HTTP, over real sockets. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  ask,
  chunked,
  receiveLastResponse,
  receiveResponse,
  requestText,
} from "../helpers/http_client.ts";
import { refused, testAll } from "../helpers/http_conformance.ts";

const MIB = 1024 * 1024;

/** A request whose head has `size` bytes. */
function headOf(size: number): string {
  const request = requestText("GET", "/", { X: "" });
  return request.replace("X: ", `X: ${"x".repeat(size - request.length)}`);
}

testAll(["--max-header-size", "256", "--max-headers", "4", "--max-body-size", "8"], {
  async "a head of --max-header-size is accepted, one byte more gets 431"(client) {
    await client.send(headOf(256) + headOf(256));
    assertEquals((await receiveResponse(client)).body, "Hello");
    assertEquals((await receiveResponse(client)).body, "Hello");
    assertEquals((await refused(client, headOf(257)))[0], 431);
  },
  async "a request line larger than --max-header-size gets 414"(client) {
    assertEquals((await refused(client, requestText("GET", `/${"x".repeat(256)}`)))[0], 414);
  },
  async "a head larger than --max-header-size is not read to its end"(client) {
    await client.send(`GET / HTTP/1.1\r\nX: ${"x".repeat(2 * MIB)}`);
    assertEquals((await receiveLastResponse(client)).status, 431);
  },
  async "--max-headers fields are accepted, one more gets 431"(client) {
    assertEquals((await ask(client, "GET", "/", { A: 1, B: 2, C: 3 })).status, 200);
    assertEquals(
      (await refused(client, requestText("GET", "/", { A: 1, B: 2, C: 3, D: 4 })))[0],
      431,
    );
  },
  async "a body of --max-body-size is accepted"(client) {
    assertEquals((await ask(client, "POST", "/count", {}, "12345678")).body, "8");
    const coding = { "Transfer-Encoding": "chunked" };
    assertEquals((await ask(client, "POST", "/count", coding, chunked("1234", "5678"))).body, "8");
  },
  async "a Content-Length larger than --max-body-size gets 413, and no 100"(client) {
    const request = requestText("POST", "/count", {
      "Content-Length": 9,
      "Expect": "100-continue",
    });
    assertEquals((await refused(client, request))[0], 413);
  },
  async "a chunked body gets 413 as soon as it exceeds --max-body-size"(client) {
    const coding = { "Transfer-Encoding": "chunked" };
    await client.send(requestText("POST", "/count", coding, "4\r\n1234\r\n"));
    assertEquals((await refused(client, "5\r\n"))[0], 413);
  },
  async "a client that keeps sending can read that its body is too large"(client) {
    await client.send(requestText("POST", "/count", { "Content-Length": 4 * MIB }));
    await client.send(new Uint8Array(4 * MIB));
    assertEquals((await receiveLastResponse(client)).status, 413);
  },
  async "an unread chunked body larger than --max-body-size ends the connection"(client) {
    const coding = { "Transfer-Encoding": "chunked" };
    await client.send(requestText("POST", "/ignore", coding, chunked("123456789")));
    await client.send(requestText("GET", "/"));
    assertEquals((await receiveLastResponse(client)).body, "ignored");
  },
});

testAll(["--max-body-size", "0"], {
  async "a body of any size is accepted"(client) {
    const size = 11 * MIB;
    await client.send(requestText("POST", "/count", { "Content-Length": size }));
    await client.send(new Uint8Array(size));
    assertEquals((await receiveResponse(client)).body, String(size));
  },
  async "a Content-Length that cannot be counted gets 413"(client) {
    const request = requestText("POST", "/count", { "Content-Length": "9007199254740992" });
    assertEquals((await refused(client, request))[0], 413);
  },
});

testAll(["--header-timeout", "200ms", "--body-timeout", "200ms", "--request-timeout", "400ms"], {
  async "a head that is not complete within --header-timeout gets 408"(client) {
    assertEquals((await refused(client, "GET / HTTP/1.1\r\nHost: a\r\n"))[0], 408);
  },
  async "a head that arrives byte by byte gets no longer than --header-timeout"(client) {
    let isOver = false;
    const response = receiveLastResponse(client).finally(() => isOver = true);
    await client.send("GET / HTTP/1.1\r\nX: ");
    while (!isOver) {
      await client.send("x").catch(() => {});
      await delay(20);
    }
    assertEquals((await response).status, 408);
  },
  async "--header-timeout applies to each head separately"(client) {
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
    assertEquals((await refused(client, "GET"))[0], 408);
  },
  async "a body that is not complete within --body-timeout gets 408"(client) {
    const request = requestText("POST", "/count", { "Content-Length": 9 });
    assertEquals((await refused(client, `${request}1234`))[0], 408);
  },
  async "an unread body gets no longer than --body-timeout"(client) {
    await client.send(requestText("POST", "/ignore", { "Content-Length": 9 }));
    assertEquals((await receiveResponse(client)).body, "ignored");
    assertEquals(await client.receiveAll(), "");
  },
  async "a request gets 503 if its handler does not respond within --request-timeout"(client) {
    assertEquals((await refused(client, requestText("GET", "/hang")))[0], 503);
  },
  async "a connection may be idle for longer than any of these timeouts"(client) {
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
    await delay(600);
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
});

// Longer than a busy machine may leave a client between its connection and its request.
testAll(["--keep-alive", "2s", "--max-keep-alive-requests", "3"], {
  async "a connection that is idle for --keep-alive is closed without a response"(client, server) {
    assertEquals((await ask(client, "GET", "/")).fields["connection"], undefined);
    assertEquals(await client.receiveAll(), "");
    client.close();
    const closed = await server.logged("Connection closed");
    assertEquals(closed["sluice.connection.ended_by"], "timeout");
  },
  async "a connection without any request is closed, too"(client) {
    assertEquals(await client.receiveAll(), "");
  },
  async "the last response of --max-keep-alive-requests says that it is the last"(client) {
    await client.send(requestText("GET", "/").repeat(4));
    for (let i = 0; i < 2; i++) {
      assertEquals((await receiveResponse(client)).fields["connection"], undefined);
    }
    assertEquals((await receiveLastResponse(client)).body, "Hello");
  },
});

testAll(["--keep-alive", "0"], {
  async "each response is the last"(client) {
    await client.send(requestText("GET", "/"));
    assertEquals((await receiveLastResponse(client)).body, "Hello");
  },
});
