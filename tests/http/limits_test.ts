/** The limits of HTTP in bytes and in time, at real sockets. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  ask,
  chunked,
  receiveAnswer,
  receiveLastAnswer,
  requestText,
} from "../helpers/http_client.ts";
import { refused, testAll } from "../helpers/http_conformance.ts";

const MIB = 1024 * 1024;

/** A request whose head has so many bytes. */
function headOf(size: number): string {
  const request = requestText("GET", "/", { X: "" });
  return request.replace("X: ", `X: ${"x".repeat(size - request.length)}`);
}

testAll(["--max-header-size", "256", "--max-headers", "4", "--max-body-size", "8"], {
  async "a head of exactly --max-header-size is taken, one of a byte more is 431"(client) {
    await client.send(headOf(256) + headOf(256));
    assertEquals((await receiveAnswer(client)).body, "Hello");
    assertEquals((await receiveAnswer(client)).body, "Hello");
    assertEquals((await refused(client, headOf(257)))[0], 431);
  },
  async "a request line larger than --max-header-size is 414"(client) {
    assertEquals((await refused(client, requestText("GET", `/${"x".repeat(256)}`)))[0], 414);
  },
  async "a head that goes on beyond --max-header-size is not read to its end"(client) {
    await client.send(`GET / HTTP/1.1\r\nX: ${"x".repeat(2 * MIB)}`);
    assertEquals((await receiveLastAnswer(client)).status, 431);
  },
  async "as many fields as --max-headers are taken, one more is 431"(client) {
    assertEquals((await ask(client, "GET", "/", { A: 1, B: 2, C: 3 })).status, 200);
    assertEquals(
      (await refused(client, requestText("GET", "/", { A: 1, B: 2, C: 3, D: 4 })))[0],
      431,
    );
  },
  async "a body of exactly --max-body-size is taken"(client) {
    assertEquals((await ask(client, "POST", "/count", {}, "12345678")).body, "8");
    const coding = { "Transfer-Encoding": "chunked" };
    assertEquals((await ask(client, "POST", "/count", coding, chunked("1234", "5678"))).body, "8");
  },
  async "an announced body larger than --max-body-size is 413, and is not asked for"(client) {
    const request = requestText("POST", "/count", {
      "Content-Length": 9,
      "Expect": "100-continue",
    });
    assertEquals((await refused(client, request))[0], 413);
  },
  async "a chunked body larger than --max-body-size is 413 as soon as it is"(client) {
    const coding = { "Transfer-Encoding": "chunked" };
    await client.send(requestText("POST", "/count", coding, "4\r\n1234\r\n"));
    assertEquals((await refused(client, "5\r\n"))[0], 413);
  },
  async "a client that goes on sending can read that its body is too large"(client) {
    await client.send(requestText("POST", "/count", { "Content-Length": 4 * MIB }));
    await client.send(new Uint8Array(4 * MIB));
    assertEquals((await receiveLastAnswer(client)).status, 413);
  },
  async "a chunked body larger than --max-body-size that nobody reads ends the connection"(client) {
    const coding = { "Transfer-Encoding": "chunked" };
    await client.send(requestText("POST", "/ignore", coding, chunked("123456789")));
    await client.send(requestText("GET", "/"));
    assertEquals((await receiveLastAnswer(client)).body, "ignored");
  },
});

testAll(["--header-timeout", "200ms", "--body-timeout", "200ms", "--request-timeout", "400ms"], {
  async "a head that is not complete within --header-timeout is 408"(client) {
    assertEquals((await refused(client, "GET / HTTP/1.1\r\nHost: a\r\n"))[0], 408);
  },
  async "a head that comes a byte at a time has no more than --header-timeout"(client) {
    let isOver = false;
    const answer = receiveLastAnswer(client).finally(() => isOver = true);
    await client.send("GET / HTTP/1.1\r\nX: ");
    while (!isOver) {
      await client.send("x").catch(() => {});
      await delay(20);
    }
    assertEquals((await answer).status, 408);
  },
  async "a second head has --header-timeout of its own"(client) {
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
    assertEquals((await refused(client, "GET"))[0], 408);
  },
  async "a body that is not there within --body-timeout is 408"(client) {
    const request = requestText("POST", "/count", { "Content-Length": 9 });
    assertEquals((await refused(client, `${request}1234`))[0], 408);
  },
  async "a body that nobody reads has no more than --body-timeout"(client) {
    await client.send(requestText("POST", "/ignore", { "Content-Length": 9 }));
    assertEquals((await receiveAnswer(client)).body, "ignored");
    assertEquals(await client.receiveAll(), "");
  },
  async "a handler that does not answer within --request-timeout is 503"(client) {
    assertEquals((await refused(client, requestText("GET", "/hang")))[0], 503);
  },
  async "a connection may be silent for longer than all of them"(client) {
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
    await delay(600);
    assertEquals((await ask(client, "GET", "/")).body, "Hello");
  },
});

testAll(["--keep-alive", "200ms", "--max-keep-alive-requests", "3"], {
  async "a connection that is silent for --keep-alive is closed without a word"(client, server) {
    assertEquals((await ask(client, "GET", "/")).fields["connection"], undefined);
    assertEquals(await client.receiveAll(), "");
    client.close();
    const closed = await server.logged("Connection closed");
    assertEquals(closed["sluice.connection.ended_by"], "timeout");
  },
  async "a connection on which nothing was asked is closed, too"(client) {
    assertEquals(await client.receiveAll(), "");
  },
  async "the last of --max-keep-alive-requests says that it is"(client) {
    await client.send(requestText("GET", "/").repeat(4));
    for (let i = 0; i < 2; i++) {
      assertEquals((await receiveAnswer(client)).fields["connection"], undefined);
    }
    assertEquals((await receiveLastAnswer(client)).body, "Hello");
  },
});

testAll(["--keep-alive", "0"], {
  async "each answer is the last"(client) {
    await client.send(requestText("GET", "/"));
    assertEquals((await receiveLastAnswer(client)).body, "Hello");
  },
});
