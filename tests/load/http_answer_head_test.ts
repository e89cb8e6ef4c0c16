import { assertEquals } from "@std/assert";
import {
  type AnswerHead,
  CHUNKED,
  parseAnswerHead,
  UNTIL_CLOSE,
} from "../../src/load/http_answer_head.ts";
import { latin1 } from "../helpers/load_answers.ts";

/** Reads a header that has lines of these, and a body after it. */
function parse(...lines: string[]): AnswerHead | "more" | "malformed" {
  return parseAnswerHead(latin1(`${lines.join("\r\n")}\r\n\r\nbody`), 0);
}

/** What it says, without where it ends. */
function said(...lines: string[]): [status: number, length: number, isLast: boolean] | string {
  const head = parse(...lines);
  return typeof head === "string" ? head : [head.status, head.length, head.isLast];
}

Deno.test("parseAnswerHead() finds the status, the length and the end", () => {
  const text = "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 4\r\n\r\n";
  const head = { status: 200, length: 4, isLast: false, end: text.length };
  assertEquals(parseAnswerHead(latin1(`${text}body`), 0), head);
  assertEquals(parseAnswerHead(latin1(`before${text}`), 6), { ...head, end: text.length + 6 });
});

Deno.test("parseAnswerHead() takes lines that end in LF only", () => {
  const text = "HTTP/1.1 404 Not Found\nContent-Length: 4\nConnection: close\n\n";
  assertEquals(parseAnswerHead(latin1(`${text}body`), 0), {
    status: 404,
    length: 4,
    isLast: true,
    end: text.length,
  });
});

Deno.test("parseAnswerHead() wants more at each place before the end, and never says wrong", () => {
  const text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
  for (let length = 0; length < text.length; length++) {
    assertEquals(parseAnswerHead(latin1(text.slice(0, length)), 0), "more", `of ${length} bytes`);
  }
});

Deno.test("parseAnswerHead() takes names and values in any case, with blanks or without", () => {
  assertEquals(said("HTTP/1.1 200 OK", "content-length:7"), [200, 7, false]);
  assertEquals(said("HTTP/1.1 200 OK", "CONTENT-LENGTH: \t 7 \t"), [200, 7, false]);
  assertEquals(said("HTTP/1.1 200 OK", "tRANSFER-eNCODING: Chunked"), [200, CHUNKED, false]);
  assertEquals(said("HTTP/1.1 200 OK", "CONNECTION:CLOSE"), [200, UNTIL_CLOSE, true]);
  assertEquals(said("HTTP/1.1 200 OK", "connection: Close"), [200, UNTIL_CLOSE, true]);
});

Deno.test("parseAnswerHead() takes no other field for one that counts", () => {
  const others = [
    "Content-Lengths: 5",
    "Content-Length-X: 5",
    "X-Content-Length: 5",
    "Content Length: 5",
    "Content-Type: close",
    "Transfer-Encodings: chunked",
    "Trailer: chunked",
    "Connections: close",
    "Proxy-Connection: close",
    "Cookie: connection: close",
  ];
  for (const other of others) {
    assertEquals(said("HTTP/1.1 200 OK", other), [200, UNTIL_CLOSE, false], other);
  }
});

Deno.test("parseAnswerHead() prefers chunks to a length, whichever comes first", () => {
  const [length, chunked] = ["Content-Length: 5", "Transfer-Encoding: chunked"];
  assertEquals(said("HTTP/1.1 200 OK", length, chunked), [200, CHUNKED, false]);
  assertEquals(said("HTTP/1.1 200 OK", chunked, length), [200, CHUNKED, false]);
});

Deno.test("parseAnswerHead() takes an answer of HTTP/1.0 for the last, but for keep-alive", () => {
  assertEquals(said("HTTP/1.0 200 OK", "Content-Length: 4"), [200, 4, true]);
  assertEquals(said("HTTP/1.0 200 OK", "Connection: Keep-Alive"), [200, UNTIL_CLOSE, false]);
});

Deno.test("parseAnswerHead() finds close anywhere in a list, and lets it win", () => {
  const options = (...lines: string[]) => said("HTTP/1.1 200 OK", "Content-Length: 4", ...lines);
  assertEquals(options("Connection: keep-alive, close"), [200, 4, true]);
  assertEquals(options("Connection: close, keep-alive"), [200, 4, true]);
  assertEquals(options("Connection: x-Close ,\tCLOSE ,y"), [200, 4, true]);
  assertEquals(options("Connection: close", "Connection: keep-alive"), [200, 4, true]);
  assertEquals(options("Connection: x-close, closed, clos"), [200, 4, false]);
  assertEquals(options("Connection: closed"), [200, 4, false]);
  assertEquals(options("Connection:"), [200, 4, false]);
  assertEquals(options("Connection: clos", "e: x"), [200, 4, false]);
});

Deno.test("parseAnswerHead() needs no reason, and no field", () => {
  assertEquals(said("HTTP/1.1 200"), [200, UNTIL_CLOSE, false]);
  assertEquals(said("HTTP/1.1 200 "), [200, UNTIL_CLOSE, false]);
  assertEquals(parseAnswerHead(latin1("HTTP/1.1 200\n\n"), 0), {
    status: 200,
    length: UNTIL_CLOSE,
    isLast: false,
    end: 14,
  });
});

Deno.test("parseAnswerHead() refuses what is no answer, as soon as that is sure", () => {
  const wrong = [
    ["HTTP/2 200 OK"],
    ["HTTP/0.9 200 OK"],
    ["http/1.1 200 OK"],
    ["GET / HTTP/1.1"],
    [" HTTP/1.1 200 OK"],
    ["HTTP/1.1  200 OK"],
    ["HTTP/1.1"],
    ["HTTP/1.1 "],
    ["HTTP/1.1 20"],
    ["HTTP/1.1 20 OK"],
    ["HTTP/1.1 099 OK"],
    ["HTTP/1.1 2x0 OK"],
    ["HTTP/1.1 -200 OK"],
    ["HTTP/1.1 2000 OK"],
    ["HTTP/1.1 200OK"],
    ["HTTP/1.1 200 OK", "Content-Length:"],
    ["HTTP/1.1 200 OK", "Content-Length: x"],
    ["HTTP/1.1 200 OK", "Content-Length: 5x"],
    ["HTTP/1.1 200 OK", "Content-Length: -5"],
    ["HTTP/1.1 200 OK", "Content-Length: +5"],
    ["HTTP/1.1 200 OK", "Content-Length: 0x5"],
    ["HTTP/1.1 200 OK", "Content-Length: 5 5"],
    ["HTTP/1.1 200 OK", "Content-Length: 99999999999999999999"],
  ];
  for (const lines of wrong) assertEquals(parse(...lines), "malformed", lines.join(" | "));
  assertEquals(parseAnswerHead(latin1("HTTX"), 0), "malformed");
  assertEquals(parseAnswerHead(latin1("\r\n"), 0), "malformed");
});
