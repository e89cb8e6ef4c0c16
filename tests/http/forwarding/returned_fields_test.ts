import { assertEquals } from "@std/assert";
import type { DecodedResponse } from "../../../src/http/codec/response_decoder.ts";
import { returnedFields } from "../../../src/http/forwarding/returned_fields.ts";
import type { Field } from "../../../src/http/message.ts";

const NONE: ReadonlySet<string> = new Set();
const VIA: Field = ["via", "1.1 sluice"];

function response(fields: readonly Field[], status = 200, minor = 1): DecodedResponse {
  return { status, minor, fields, length: 0, contentLength: null, keepAlive: true };
}

Deno.test("returnedFields() keeps fields in order, with names as sent, and appends Via", () => {
  const fields: Field[] = [
    ["Set-Cookie", "a=1"],
    ["Date", "Sun, 29 Nov 2026 15:00:00 GMT"],
    ["set-cookie", "b=2"],
    ["Trailer", "X-Sum"],
    ["Via", "1.0 inner"],
    ["X-Forwarded-For", "1.2.3.4"],
  ];
  assertEquals(returnedFields(response(fields), [], NONE), [...fields, VIA]);
  assertEquals(returnedFields(response([], 200, 0), [], NONE), [["via", "1.0 sluice"]]);
});

const HOP_BY_HOP = [
  "Connection",
  "Keep-Alive",
  "Proxy-Connection",
  "Proxy-Authenticate",
  "Proxy-Authorization",
  "TE",
  "Transfer-Encoding",
  "Upgrade",
  "Content-Length",
];

for (const name of HOP_BY_HOP) {
  Deno.test(`returnedFields() drops ${name}, in either case`, () => {
    for (const written of [name, name.toLowerCase(), name.toUpperCase()]) {
      assertEquals(returnedFields(response([[written, "x"]]), [], NONE), [VIA]);
    }
  });
}

Deno.test("returnedFields() drops what Connection names, in any of its lines", () => {
  const fields: Field[] = [
    ["X-First", "1"],
    ["CONNECTION", "close, x-first"],
    ["Connection", "X-Second"],
    ["x-second", "2"],
    ["X-Third", "3"],
  ];
  assertEquals(returnedFields(response(fields), [], NONE), [["X-Third", "3"], VIA]);
});

Deno.test("returnedFields() keeps Upgrade where it says which protocol is meant", () => {
  const fields: Field[] = [["Connection", "Upgrade"], ["Upgrade", "websocket"]];
  for (const status of [101, 426]) {
    assertEquals(returnedFields(response(fields, status), [], NONE), [
      ["Upgrade", "websocket"],
      VIA,
    ]);
  }
  assertEquals(returnedFields(response(fields, 200), [], NONE), [VIA]);
});

Deno.test("returnedFields() replaces and removes the fields of the route", () => {
  const fields: Field[] = [["Server", "x"], ["X-Powered-By", "y"], ["ETag", "z"], ["SERVER", "w"]];
  const set: Field[] = [["server", "edge"], ["x-frame-options", "DENY"]];
  assertEquals(returnedFields(response(fields), set, new Set(["x-powered-by"])), [
    ["ETag", "z"],
    ["server", "edge"],
    ["x-frame-options", "DENY"],
    VIA,
  ]);
});
