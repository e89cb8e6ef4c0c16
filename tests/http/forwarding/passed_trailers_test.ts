import { assertEquals } from "@std/assert";
import { passedTrailers } from "../../../src/http/forwarding/passed_trailers.ts";
import type { Field } from "../../../src/http/message.ts";

Deno.test("passedTrailers() keeps others in order", () => {
  const trailers: Field[] = [
    ["grpc-status", "0"],
    ["Server-Timing", "a"],
    ["x-sum", "1"],
    ["x-sum", "2"],
    ["content-digest", "sha-256=:x:"],
    ["etag", '"a"'],
  ];
  assertEquals(passedTrailers(trailers), trailers);
});

const DROPPED = [
  "transfer-encoding",
  "Content-Length",
  "content_length",
  "content-type",
  "content-encoding",
  "content-range",
  "host",
  "connection",
  "keep-alive",
  "te",
  "upgrade",
  "trailer",
  "expect",
  "cache-control",
  "max-forwards",
  "range",
  "if-match",
  "authorization",
  "proxy-authorization",
  "www-authenticate",
  "Cookie",
  "Set-Cookie",
  "date",
  "location",
  "vary",
  "via",
  "forwarded",
  "x-forwarded-for",
  "X_Forwarded_For",
  "x-real-ip",
  "x-request-id",
];

for (const name of DROPPED) {
  Deno.test(`passedTrailers() drops ${name}`, () => {
    assertEquals(passedTrailers([[name, "x"], ["x-sum", "1"]]), [["x-sum", "1"]]);
  });
}
