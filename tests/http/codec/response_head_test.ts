import { assert, assertEquals, assertThrows } from "@std/assert";
import { headBegin, headEnd, responseHead } from "../../../src/http/codec/response_head.ts";
import type { Field } from "../../../src/http/message.ts";

const decoder = new TextDecoder("latin1");

/** The fields of a head, without its date. */
function fieldsIn(head: string): string[] {
  return head.trimEnd().split("\r\n").filter((line) => !line.startsWith("Date: "));
}

Deno.test("responseHead() formats each head anew if anything but the date differs", () => {
  const heads: [status: number, fields: Field[]][] = [
    [200, [["a", "1"]]],
    [201, [["a", "1"]]],
    [200, [["b", "1"]]],
    [200, [["a", "2"]]],
    [200, [["a", "1"], ["b", "2"]]],
    [200, []],
  ];
  // Twice in turn, so that each may be taken for one before.
  for (const [status, fields] of [...heads, ...heads]) {
    const [line, ...rest] = fieldsIn(responseHead(status, fields, 3, ""));
    assertEquals(line?.slice(0, 12), `HTTP/1.1 ${status}`);
    const given = fields.map(([name, value]) => `${name}: ${value}`);
    assertEquals(rest, [...given, "Content-Length: 3"]);
  }
});

Deno.test("responseHead() sees that a handler has changed its fields", () => {
  const field: [string, string] = ["a", "1"];
  const fields: [string, string][] = [field];
  assertEquals(fieldsIn(responseHead(200, fields, "none", ""))[1], "a: 1");
  field[1] = "2";
  assertEquals(fieldsIn(responseHead(200, fields, "none", ""))[1], "a: 2");
  field[1] = "3\r\n";
  for (let i = 0; i < 2; i++) assertThrows(() => responseHead(200, fields, "none", ""), TypeError);
});

Deno.test("responseHead() takes a value that is no text each time", () => {
  let value = 0;
  const fields = [["a", { toString: () => `${++value}` }]] as unknown as Field[];
  for (const expected of ["a: 1", "a: 2", "a: 3"]) {
    assertEquals(fieldsIn(responseHead(200, fields, "none", ""))[1], expected);
  }
});

/** Calls a function at a time, in milliseconds since the epoch. */
function at<T>(time: number, act: () => T): T {
  const now = Date.now;
  Date.now = () => time;
  try {
    return act();
  } finally {
    Date.now = now;
  }
}

Deno.test("headBegin() is known from the second time on, and its bytes from the next", () => {
  const make = () => at(1_000_000, () => headBegin(299, [["x-known", "caf\xe9"]]));
  const first = make();
  assert(make() === first);
  const [early, bytes] = [first.bytes, first.bytes];
  assertEquals([early, bytes && decoder.decode(bytes)], [null, first.text]);
});

Deno.test("HeadBegin.wholeWith() has the bytes of a response that is the same as the one before", () => {
  const begin = headBegin(297, []);
  const ask = (end: string, body: string) => {
    const bytes = begin.wholeWith(end, body);
    return bytes && decoder.decode(bytes);
  };
  assertEquals([ask("e", "one"), ask("e", "one")], [null, `${begin.text}eone`]);
  assertEquals([ask("e", "two"), ask("e", "one")], [null, null]);
  assertEquals([ask("f", "one"), ask("f", "one")], [null, `${begin.text}fone`]);
  assert(begin.wholeWith("f", "one") === begin.wholeWith("f", "one"));
});

Deno.test("headBegin() has the current date", () => {
  const dates = [1_000_000, 1_000_000, 1_001_000, 1_000_000].map((time) =>
    /Date: (.*)\r\n/.exec(at(time, () => headBegin(298, []).text))?.[1]
  );
  const [first, later] = [1_000_000, 1_001_000].map((time) => new Date(time).toUTCString());
  assertEquals(dates, [first, first, later, first]);
});

Deno.test("headEnd() says how long the body is, and whether the connection persists", () => {
  assertEquals(headEnd(13, ""), "Content-Length: 13\r\n\r\n");
  assertEquals(headEnd(13, ""), "Content-Length: 13\r\n\r\n");
  assertEquals(headEnd(1_000_000, ""), "Content-Length: 1000000\r\n\r\n");
  const close = "Connection: close\r\n";
  assertEquals(headEnd(0, close), `Content-Length: 0\r\n${close}\r\n`);
  assertEquals(headEnd("chunked", ""), "Transfer-Encoding: chunked\r\n\r\n");
  assertEquals([headEnd("none", ""), headEnd("close", close)], ["\r\n", `${close}\r\n`]);
});
