import { assertEquals } from "@std/assert";
import { RequestDecoder } from "../../../src/http/codec/request_decoder.ts";
import { RequestHead } from "../../../src/http/codec/request_head.ts";
import {
  type OutgoingRequest,
  requestHead,
} from "../../../src/http/forwarding/outgoing_request.ts";
import type { Field } from "../../../src/http/message.ts";
import { WIDE } from "../../helpers/decoding.ts";
import { bytesOf } from "../../helpers/http_cases.ts";
import { outgoing, sentFields, STRANGER, valuesOf } from "../../helpers/outgoing.ts";

/** Fields that each request gets, with the client of the tests. */
const ADDED =
  "x-forwarded-for: 203.0.113.9\r\nx-forwarded-proto: http\r\nx-forwarded-host: example.com\r\n" +
  "x-forwarded-port: 8080\r\nforwarded: for=203.0.113.9;host=example.com;proto=http\r\n" +
  "x-request-id: own-id\r\nvia: 1.1 sluice\r\n";

Deno.test("requestHead() formats the whole head", () => {
  const request = outgoing([["accept", "*/*"], ["cookie", "a=b"]]);
  assertEquals(
    requestHead(request, STRANGER),
    `GET /path?query HTTP/1.1\r\nhost: example.com\r\naccept: */*\r\ncookie: a=b\r\n${ADDED}\r\n`,
  );
});

Deno.test("requestHead() keeps repeated fields in order, cookies among them, and odd bytes", () => {
  const fields: Field[] = [
    ["cookie", "a=1"],
    ["accept", "text/html"],
    ["cookie", "b=2; c=3"],
    ["accept", ""],
    ["x-name", "\xe4\xff"],
  ];
  assertEquals(sentFields(outgoing(fields)).slice(1, 6), fields);
});

/** What is not sent on although the client has sent it. */
const HOP_BY_HOP: readonly Field[] = [
  ["connection", "keep-alive"],
  ["keep-alive", "timeout=5"],
  ["proxy-connection", "keep-alive"],
  ["te", "gzip"],
  ["transfer-encoding", "chunked"],
  ["upgrade", "h2c"],
  ["http2-settings", "AAMAAABk"],
  ["proxy-authenticate", "Basic"],
  ["proxy-authorization", "Basic YTpi"],
  ["content-length", "7"],
  ["expect", "100-continue"],
];

for (const field of HOP_BY_HOP) {
  Deno.test(`requestHead() does not send on the client's ${field[0]}`, () => {
    assertEquals(valuesOf(sentFields(outgoing([field])), field[0]), []);
  });
}

Deno.test("requestHead() does not send on what Connection names, in any of its lines", () => {
  const fields: Field[] = [
    ["x-first", "1"],
    ["connection", "close, X-First ,,x-second"],
    ["connection", "X-Third"],
    ["x-second", "2"],
    ["x-third", "3"],
    ["x-fourth", "4"],
    ["x-third", "5"],
    ["trailer", "x-sum"],
  ];
  const sent = sentFields(outgoing(fields)).map(([name]) => name);
  assertEquals(sent.filter((name) => /^(x-\w+|trailer|connection)$/.test(name)), [
    "x-fourth",
    "trailer",
  ]);
});

const LINES: readonly [
  name: string,
  changes: Partial<OutgoingRequest>,
  fields: readonly Field[],
  expected: Readonly<Record<string, string | null>>,
][] = [
  ["no body", {}, [], { "content-length": null, "transfer-encoding": null, connection: null }],
  ["a length", { length: 5 }, [], { "content-length": "5", "transfer-encoding": null }],
  ["a length of 0 that is told", { hasLength: true }, [], { "content-length": "0" }],
  ["a chunked body", { length: null }, [], {
    "content-length": null,
    "transfer-encoding": "chunked",
  }],
  ["Expect", { length: 5, expectsContinue: true }, [], { expect: "100-continue" }],
  ["TE: trailers", {}, [["te", "gzip;q=0.5, Trailers"], ["connection", "te"]], {
    te: "trailers",
    connection: "te",
  }],
  ["a TE that only looks like it", {}, [["te", "x-trailers"]], { te: null, connection: null }],
  ["an upgrade", { upgrade: "websocket" }, [["connection", "Upgrade"], ["upgrade", "websocket"]], {
    connection: "upgrade",
    upgrade: "websocket",
  }],
  ["the last request of a connection", { closes: true }, [], { connection: "close" }],
  ["all options", { closes: true, upgrade: "x" }, [["te", "trailers"]], {
    connection: "close, te, upgrade",
  }],
  ["a client of HTTP/1.0", { minor: 0 }, [], { via: "1.0 sluice" }],
  ["another host", { set: [["host", "inner.test"]] }, [], {
    host: "inner.test",
    "x-forwarded-host": "example.com",
  }],
  ["a field of the route", { set: [["x-own", "1"]] }, [["x-own", "2"], ["x-own", "3"]], {
    "x-own": "1",
  }],
  ["a field that the route removes", { removed: new Set(["cookie"]) }, [["cookie", "a=b"]], {
    cookie: null,
  }],
  [
    "a field that is removed and set",
    {
      removed: new Set(["x-own"]),
      set: [["x-own", "1"]],
    },
    [["x-own", "2"]],
    { "x-own": "1" },
  ],
  ["an ID of the route", { set: [["x-request-id", "route"]] }, [], { "x-request-id": "route" }],
];

for (const [name, changes, fields, expected] of LINES) {
  Deno.test(`requestHead() writes each field once: ${name}`, () => {
    const sent = sentFields(outgoing(fields, changes));
    for (const [field, value] of Object.entries(expected)) {
      assertEquals(valuesOf(sent, field), value === null ? [] : [value], field);
    }
  });
}

Deno.test("requestHead() formats what the codec reads in the same way", () => {
  const request = outgoing([["cookie", "a=b"]], {
    method: "POST",
    length: 3,
    expectsContinue: true,
  });
  const decoder = new RequestDecoder(WIDE);
  const stream = bytesOf(`${requestHead(request, STRANGER)}abc`);
  const head = decoder.decode(stream);
  if (!(head instanceof RequestHead)) throw new Error("There is no head");
  assertEquals([head.method, head.host, head.contentLength, head.expectsContinue, head.keepAlive], [
    "POST",
    "example.com",
    3,
    true,
    true,
  ]);
  assertEquals(decoder.decode(stream.subarray(decoder.consumed)), bytesOf("abc"));
});
