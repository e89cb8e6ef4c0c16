import { assert, assertEquals, assertThrows } from "@std/assert";
import { EXIT, ExitError } from "../../src/base/exit.ts";
import { echoMessage, httpMessage, messageOf } from "../../src/load/request_text.ts";
import { latin1 } from "../helpers/load_responses.ts";

const HOST = "example.org:8080";

function textOf({ base64 }: { base64: string }): string {
  return Array.from(Uint8Array.fromBase64(base64), (byte) => String.fromCharCode(byte)).join("");
}

/** The message for a file with this text. */
function sent(file: string): string {
  return textOf(messageOf(latin1(file), "request", HOST));
}

function refusal(file: string): [number, string] {
  const error = assertThrows(() => messageOf(latin1(file), "a file", HOST), ExitError);
  return [error.exitCode, error.message];
}

Deno.test("httpMessage() makes an HTTP/1.1 request with Host and the given fields", () => {
  const message = httpMessage("GET /a?b=c", HOST, 3, ["Accept: */*", "Connection: close"]);
  assertEquals(
    textOf(message),
    `GET /a?b=c HTTP/1.1\r\nHost: ${HOST}\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
  );
  assertEquals([message.weight, message.bodiless], [3, false]);
  assertEquals(httpMessage("HEAD /", HOST, 1).bodiless, true);
  assertEquals(httpMessage("HEADER /", HOST, 1).bodiless, false);
});

Deno.test("echoMessage() has the given length, and the same bytes for the same seed", () => {
  for (const length of [1, 64, 300_000]) {
    const { base64, weight, bodiless } = echoMessage(length, 1);
    const bytes = Uint8Array.fromBase64(base64);
    assertEquals(bytes.length, length);
    assertEquals([weight, bodiless], [1, false]);
    assertEquals(echoMessage(length, 1).base64, base64);
  }
  assert(echoMessage(64, 1).base64 !== echoMessage(64, 2).base64);
  assertEquals(new Set(Uint8Array.fromBase64(echoMessage(100_000, 1).base64)).size, 256);
});

Deno.test("messageOf() completes an HTTP request: line ends, Host and Content-Length", () => {
  assertEquals(sent("GET / HTTP/1.1\n\n"), `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
  assertEquals(
    sent("POST /a HTTP/1.1\nAccept: x\r\nB: y\n\nbody"),
    `POST /a HTTP/1.1\r\nHost: ${HOST}\r\nAccept: x\r\nB: y\r\nContent-Length: 4\r\n\r\nbody`,
  );
  assertEquals(sent("GET / HTTP/1.0\n\n"), `GET / HTTP/1.0\r\nHost: ${HOST}\r\n\r\n`);
});

Deno.test("messageOf() accepts the end of the file as the end of the header section", () => {
  const whole = `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;
  for (const end of ["", "\n", "\r\n", "\n\n"]) assertEquals(sent(`GET / HTTP/1.1${end}`), whole);
  assertEquals(sent("GET / HTTP/1.1\nHost: x"), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
});

Deno.test("messageOf() keeps fields that are there, in any case", () => {
  for (
    const text of [
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nhOST:a\r\n\r\n",
      "POST / HTTP/1.1\r\nAccept: x\r\nHOST: a\r\nCONTENT-LENGTH:4\r\n\r\nbody",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: \xe4\xff\r\n\r\n",
    ]
  ) assertEquals(sent(text), text);
});

Deno.test("messageOf() ignores fields with names like Host and Content-Length", () => {
  assertEquals(
    sent("POST / HTTP/1.1\nX-Host: a\nHosts: b\nX-Content-Length: 9\n\nbody"),
    `POST / HTTP/1.1\r\nHost: ${HOST}\r\nX-Host: a\r\nHosts: b\r\nX-Content-Length: 9\r\n` +
      "Content-Length: 4\r\n\r\nbody",
  );
});

Deno.test("messageOf() keeps a body byte for byte", () => {
  const body = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");
  for (const odd of [body, "\n\n\r\n", "\r\n", " ", "a\nb\n", "GET / HTTP/1.1\n\n"]) {
    const text = sent(`POST / HTTP/1.1\nHost: a\n\n${odd}`);
    assertEquals(
      text,
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${odd.length}\r\n\r\n${odd}`,
    );
  }
});

Deno.test("messageOf() refuses a Content-Length other than the body's with 78", () => {
  for (const wrong of ["3", "5", "04", "+4", "4, 4", "", "x"]) {
    assertEquals(refusal(`POST / HTTP/1.1\nContent-Length: ${wrong}\n\nbody`), [
      EXIT.config,
      `Cannot use the request "a file": found Content-Length "${wrong}" and a body of 4 bytes, ` +
      "expected a request in HTTP or in the handler's protocol",
    ]);
  }
});

Deno.test("messageOf() marks HEAD as bodiless", () => {
  assertEquals(messageOf(latin1("HEAD / HTTP/1.1\n\n"), "x", HOST).bodiless, true);
  assertEquals(messageOf(latin1("GET / HTTP/1.1\n\n"), "x", HOST).bodiless, false);
  assertEquals(messageOf(latin1("HEAD of a poem\n"), "x", HOST).bodiless, false);
});

Deno.test("messageOf() keeps anything but HTTP as it is", () => {
  for (
    const text of [
      "ping\n",
      "\0\x01\xff",
      "\n",
      "\nGET / HTTP/1.1\n\n",
      "get / HTTP/1.1\n\n",
      "GET /\n",
      "GET / HTTP/2\n\n",
      "GET / HTTP/1.1 \n\n",
      "GET  / HTTP/1.1\n\n",
      "GET a b HTTP/1.1\n\n",
    ]
  ) {
    const message = messageOf(latin1(text), "x", HOST);
    assertEquals([textOf(message), message.isHttp], [text, false]);
  }
  assertEquals(messageOf(latin1("GET / HTTP/1.1"), "x", HOST).isHttp, true);
});

Deno.test("messageOf() refuses an empty file with 78", () => {
  assertEquals(refusal(""), [
    EXIT.config,
    `Cannot use the request "a file": it is empty, ` +
    "expected a request in HTTP or in the handler's protocol",
  ]);
});
