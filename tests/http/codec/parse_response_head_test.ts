import { assertEquals } from "@std/assert";
import {
  CHUNKED,
  parseResponseHead,
  type ResponseHead,
  UNTIL_CLOSE,
} from "../../../src/http/codec/parse_response_head.ts";
import { latin1 } from "../../helpers/load_responses.ts";

/** Parses a header section with these lines, and a body after it. */
function parse(...lines: string[]): ResponseHead | "more" | "malformed" {
  return parseResponseHead(latin1(`${lines.join("\r\n")}\r\n\r\nbody`), 0);
}

/** The parsed head, without its end. */
function said(...lines: string[]): [status: number, length: number, isLast: boolean] | string {
  const head = parse(...lines);
  return typeof head === "string" ? head : [head.status, head.length, head.isLast];
}

Deno.test("parseResponseHead() finds the status, the length and the end", () => {
  const text = "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 4\r\n\r\n";
  const head = { status: 200, length: 4, isLast: false, end: text.length };
  assertEquals(parseResponseHead(latin1(`${text}body`), 0), head);
  assertEquals(parseResponseHead(latin1(`before${text}`), 6), { ...head, end: text.length + 6 });
});

Deno.test("parseResponseHead() accepts lines that end in LF only", () => {
  const text = "HTTP/1.1 404 Not Found\nContent-Length: 4\nConnection: close\n\n";
  assertEquals(parseResponseHead(latin1(`${text}body`), 0), {
    status: 404,
    length: 4,
    isLast: true,
    end: text.length,
  });
});

Deno.test("parseResponseHead() asks for more anywhere before the end", () => {
  const text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
  for (let length = 0; length < text.length; length++) {
    assertEquals(parseResponseHead(latin1(text.slice(0, length)), 0), "more", `of ${length} bytes`);
  }
});

Deno.test("parseResponseHead() accepts names and values in any case, with white space or without", () => {
  assertEquals(said("HTTP/1.1 200 OK", "content-length:7"), [200, 7, false]);
  assertEquals(said("HTTP/1.1 200 OK", "CONTENT-LENGTH: \t 7 \t"), [200, 7, false]);
  assertEquals(said("HTTP/1.1 200 OK", "tRANSFER-eNCODING: Chunked"), [200, CHUNKED, false]);
  assertEquals(said("HTTP/1.1 200 OK", "CONNECTION:CLOSE"), [200, UNTIL_CLOSE, true]);
  assertEquals(said("HTTP/1.1 200 OK", "connection: Close"), [200, UNTIL_CLOSE, true]);
});

Deno.test("parseResponseHead() ignores fields with similar names", () => {
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

Deno.test("parseResponseHead() prefers chunks to a length, in either order", () => {
  const [length, chunked] = ["Content-Length: 5", "Transfer-Encoding: chunked"];
  assertEquals(said("HTTP/1.1 200 OK", length, chunked), [200, CHUNKED, false]);
  assertEquals(said("HTTP/1.1 200 OK", chunked, length), [200, CHUNKED, false]);
});

Deno.test("parseResponseHead() takes an HTTP/1.0 response for the last, unless it says keep-alive", () => {
  assertEquals(said("HTTP/1.0 200 OK", "Content-Length: 4"), [200, 4, true]);
  assertEquals(said("HTTP/1.0 200 OK", "Connection: Keep-Alive"), [200, UNTIL_CLOSE, false]);
});

Deno.test("parseResponseHead() finds close anywhere in a list, and prefers it", () => {
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

Deno.test("parseResponseHead() needs neither a reason phrase nor a field", () => {
  assertEquals(said("HTTP/1.1 200"), [200, UNTIL_CLOSE, false]);
  assertEquals(said("HTTP/1.1 200 "), [200, UNTIL_CLOSE, false]);
  assertEquals(parseResponseHead(latin1("HTTP/1.1 200\n\n"), 0), {
    status: 200,
    length: UNTIL_CLOSE,
    isLast: false,
    end: 14,
  });
});

Deno.test("parseResponseHead() refuses anything else as early as possible", () => {
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
  assertEquals(parseResponseHead(latin1("HTTX"), 0), "malformed");
  assertEquals(parseResponseHead(latin1("\r\n"), 0), "malformed");
});
