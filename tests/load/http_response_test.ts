import { assert, assertEquals } from "@std/assert";
import { EXCESS, WRONG } from "../../src/load/response.ts";
import { HttpResponseReader } from "../../src/load/http_response.ts";
import { latin1, messageFor, readResponse, waysToCut } from "../helpers/load_responses.ts";

const GET = messageFor("GET / HTTP/1.1\r\n\r\n");
const HEAD = messageFor("HEAD / HTTP/1.1\r\n\r\n", true);
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const MB = 1024 ** 2;

/** Complete responses that keep the connection open. */
const WHOLE = {
  "of a fixed length": "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello, World!",
  "without a body": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  "whose body looks like a header":
    "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n\r\n\r\nHTTP/1.1 200\r\n\n",
  "of chunks": `${CHUNKED}5\r\nHello\r\n8\r\n, World!\r\n0\r\n\r\n`,
  "of no chunk": `${CHUNKED}0\r\n\r\n`,
  "of chunks with extensions and trailers":
    `${CHUNKED}0a;a=b;c="d ;\\""\r\n0\r\n\r\n0\r\n\r\n\r\n1;x\r\n\r\r\n00;e\r\nA: b\r\nC: d\r\n\r\n`,
  "of status 204": "HTTP/1.1 204 No Content\r\n\r\n",
  "of status 304": "HTTP/1.1 304 Not Modified\r\nContent-Length: 13\r\nETag: x\r\n\r\n",
  "of status 304 with chunks": CHUNKED.replace("200 OK", "304 Not Modified"),
  "after interim ones": "HTTP/1.1 100 Continue\r\n\r\n" +
    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nContent-Length: 5\r\n\r\n" +
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
  "of HTTP/1.0 that stays":
    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
  "with lines that end in LF only": "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
};

/** Complete responses that are the last of their connection. */
const LAST = {
  "of HTTP/1.0": "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
  "with Connection: close": "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
  "with CONNECTION: CLOSE": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCONNECTION:CLOSE\r\n\r\nok",
  "of chunks with close": `${
    CHUNKED.replace("\r\n\r\n", "\r\nConnection: Close\r\n\r\n")
  }2\r\nok\r\n0\r\n\r\n`,
  "of status 204 with close": "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
};

/** Malformed responses. */
const MALFORMED = {
  "another protocol": "SSH-2.0-OpenSSH_9.6\r\n",
  "another version": "HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n",
  "a status without sense": "HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n",
  "a length without sense": "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok",
  "a wrong one after an interim one": "HTTP/1.1 100 Continue\r\n\r\nHello\r\n",
  "a chunk without a size": `${CHUNKED}x\r\nok\r\n0\r\n\r\n`,
  "a chunk that is longer than its size": `${CHUNKED}2\r\nokay\r\n0\r\n\r\n`,
  "a chunk that is shorter than its size": `${CHUNKED}4\r\nok\r\n0\r\n\r\n`,
};

for (
  const [kind, responses, state, failure] of [
    ["reads a response", WHOLE, "done", null],
    ["reads a last response", LAST, "last", null],
    ["refuses", MALFORMED, "last", WRONG],
  ] as const
) {
  for (const [name, response] of Object.entries(responses)) {
    Deno.test(`HttpResponseReader ${kind} ${name}, wherever it is cut`, () => {
      const reader = new HttpResponseReader();
      for (const cuts of waysToCut(response.length)) {
        assertEquals(
          readResponse(reader, GET, response, cuts),
          { state, failure },
          `cut at ${cuts}`,
        );
      }
    });
  }
}

Deno.test("HttpResponseReader does not end before the last byte, nor with the connection", () => {
  for (const response of [...Object.values(WHOLE), ...Object.values(LAST)]) {
    const reader = new HttpResponseReader();
    for (let length = 0; length < response.length; length++) {
      const part = response.slice(0, length);
      assertEquals(readResponse(reader, GET, part).state, "more", JSON.stringify(part));
      assertEquals(reader.end(), false, JSON.stringify(part));
    }
  }
});

Deno.test("HttpResponseReader ends with the connection if the response says nothing else", () => {
  const reader = new HttpResponseReader();
  for (const version of ["HTTP/1.0", "HTTP/1.1"]) {
    const response = `${version} 200 OK\r\nServer: x\r\n\r\nHello, World!`;
    for (const cuts of waysToCut(response.length)) {
      assertEquals(readResponse(reader, GET, response, cuts), { state: "more", failure: null });
      assertEquals(reader.end(), true);
    }
  }
  readResponse(reader, GET, "HTTP/1.1 200 OK\r\nServer: x\r\n");
  assertEquals(reader.end(), false);
  assertEquals(readResponse(reader, GET, "HTTP/1.1 500 No\r\n\r\n").failure, "status 500");
  assertEquals(reader.end(), true);
});

Deno.test("HttpResponseReader expects no body after HEAD, whatever the header says", () => {
  const reader = new HttpResponseReader();
  for (const field of ["Content-Length: 13", "Transfer-Encoding: chunked", "Server: x"]) {
    const response = `HTTP/1.1 200 OK\r\n${field}\r\n\r\n`;
    for (const cuts of waysToCut(response.length)) {
      assertEquals(readResponse(reader, HEAD, response, cuts), { state: "done", failure: null });
    }
  }
});

Deno.test("HttpResponseReader fails a status of 400 and above, and reads the whole response", () => {
  const reader = new HttpResponseReader();
  for (
    const [status, failure] of [
      [200, null],
      [302, null],
      [399, null],
      [400, "status 400"],
      [404, "status 404"],
      [503, "status 503"],
      [599, "status 599"],
    ]
  ) {
    const response = `HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nno`;
    assertEquals(readResponse(reader, GET, response), { state: "done", failure }, `${status}`);
  }
});

Deno.test("HttpResponseReader starts afresh with each message, however the last one ended", () => {
  const reader = new HttpResponseReader();
  for (const before of [...Object.values(WHOLE), ...Object.values(MALFORMED)]) {
    for (const part of [before, before.slice(0, -1), before.slice(0, 20)]) {
      readResponse(reader, HEAD, part);
      readResponse(reader, GET, part);
      for (const response of [WHOLE["of a fixed length"], WHOLE["of chunks"]]) {
        assertEquals(readResponse(reader, GET, response), { state: "done", failure: null });
      }
    }
  }
});

Deno.test("HttpResponseReader finds excess bytes, and makes the response the last", () => {
  const reader = new HttpResponseReader();
  const excess = { state: "last", failure: EXCESS } as const;
  for (const response of [...Object.values(WHOLE), ...Object.values(LAST)]) {
    assertEquals(readResponse(reader, GET, `${response}x`), excess, response);
    assertEquals(
      readResponse(reader, GET, `${response}x`, [response.length - 1]),
      excess,
      response,
    );
    assertEquals(readResponse(reader, GET, response + response), excess, response);
  }
  assertEquals(readResponse(reader, HEAD, WHOLE["of a fixed length"]), excess);
});

Deno.test("HttpResponseReader fails an endless header section", () => {
  const reader = new HttpResponseReader();
  const endless = `HTTP/1.1 200 OK\r\nX: ${"x".repeat(300 * 1024)}`;
  const cuts = Array.from({ length: 10 }, (_, i) => (i + 1) * 30 * 1024);
  assertEquals(readResponse(reader, GET, endless, cuts), { state: "last", failure: WRONG });
});

Deno.test("HttpResponseReader reads a body of 5 MB in any form", async () => {
  const body = new Uint8Array(5 * MB).fill(120);
  const chunk = (part: Uint8Array<ArrayBuffer>) => [
    latin1(`${part.length.toString(16)}\r\n`),
    part,
    latin1("\r\n"),
  ];
  const parts = Array.from({ length: 80 }, (_, i) => body.subarray(0, MB / 16 - i % 2));
  const end = latin1("0\r\n\r\n");
  const forms: Record<string, [head: string, body: Uint8Array<ArrayBuffer>[]]> = {
    "fixed": [`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`, [body]],
    "one chunk": [CHUNKED, [...chunk(body), end]],
    "many chunks": [CHUNKED, [...parts.flatMap(chunk), end]],
    "until the end": ["HTTP/1.1 200 OK\r\n\r\n", [body]],
  };
  for (const [form, [head, parts]] of Object.entries(forms)) {
    const response = await new Blob([latin1(head), ...parts]).bytes();
    const reader = new HttpResponseReader();
    reader.begin(GET);
    let state;
    for (let from = 0; from < response.length; from += 65_537) {
      assert(state !== "done", form);
      state = reader.take(response.slice(from, from + 65_537));
    }
    assertEquals(reader.failure, null, form);
    if (form === "until the end") assertEquals([state, reader.end()], ["more", true]);
    else assertEquals(state, "done", form);
  }
});
