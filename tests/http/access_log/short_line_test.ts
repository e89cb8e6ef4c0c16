import { assert, assertEquals } from "@std/assert";
import { shortLine } from "../../../src/http/access_log/short_line.ts";
import type { Exchange } from "../../../src/http/exchange.ts";
import { requestOf } from "../../helpers/http_request.ts";

const WIDTH = 65;
const line = shortLine(WIDTH);
const LONG = `/${"x".repeat(500)}`;
const LONG_PEER = "2001:0db8:1234:5678:9abc:def0:1234:5678";

function exchange(method: string, target: string, others: Partial<Exchange> = {}): Exchange {
  return {
    request: requestOf(method, target),
    remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1234 },
    forwarding: null,
    span: null,
    id: "0-17-2",
    status: 200,
    bodyBytes: 13,
    time: 0,
    duration: 1.254,
    ...others,
  };
}

Deno.test("shortLine() has method, target, status, duration and peer", () => {
  assertEquals(line(exchange("GET", "/a?b=1")), "GET /a?b=1 200 1.25ms 127.0.0.1");
  const gone = {
    status: 0,
    duration: 12_345,
    remoteAddr: { transport: "unix", path: "/x" },
  } as const;
  assertEquals(line(exchange("GET", "/", gone)), "GET / - 12.3s unix");
  assertEquals(
    line(exchange("GET", "/", { request: null, status: 400, duration: 120 })),
    "- 400 120ms 127.0.0.1",
  );
});

Deno.test("shortLine() cuts a long target, and fits with the longest peer", () => {
  assertEquals(line(exchange("GET", LONG)).length, WIDTH);
  const remoteAddr = { transport: "tcp", hostname: LONG_PEER, port: 1 } as const;
  for (const method of ["GET", "DELETE", "OPTIONS"]) {
    const found = line(exchange(method, LONG, { remoteAddr, duration: 99_999 }));
    assert(found.length <= WIDTH, found);
    assert(found.endsWith(` ${LONG_PEER}`), found);
  }
});
