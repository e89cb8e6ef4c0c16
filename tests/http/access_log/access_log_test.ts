import { assert, assertEquals, assertMatch } from "@std/assert";
import { accessLine } from "../../../src/http/access_log/access_log.ts";
import type { Exchange } from "../../../src/http/exchange.ts";
import { requestOf } from "../../helpers/http_request.ts";

const combined = accessLine("combined");
const json = accessLine("json");
const TIME = Date.UTC(2026, 10, 21, 19, 5, 27, 89);

function exchange(others: Partial<Exchange> = {}): Exchange {
  return {
    request: requestOf("GET", "/path"),
    remoteAddr: { transport: "tcp", hostname: "192.0.2.7", port: 1234 },
    forwarding: null,
    span: null,
    id: "0-17-2",
    status: 200,
    bodyBytes: 13,
    time: TIME,
    duration: 1.25,
    ...others,
  };
}

/** An exchange for a request. */
function sent(target: string, headers: Record<string, string> = {}): Exchange {
  return exchange({ request: requestOf("GET", target, headers) });
}

const UNIX: Deno.Addr = { transport: "unix", path: "/run/sluice.sock" };

/** Texts that must be escaped, and their escaped forms in `combined`. */
const NASTY: Readonly<Record<string, string>> = {
  'quote " and space': "quote \\x22 and space",
  "back\\slash": "back\\x5Cslash",
  "\r\nGET /forged": "\\x0D\\x0AGET /forged",
  "\t\x00\x1b[2J\x7f": "\\x09\\x00\\x1B[2J\\x7F",
  "caf\xc3\xa9": "caf\\xC3\\xA9",
  "\x85\xa0\xff": "\\x85\\xA0\\xFF",
  "-": "-",
  "": "",
};

Deno.test("accessLine(combined) has the format of Apache and nginx, then the id", () => {
  const headers = { "referer": "https://example.com/a?b", "user-agent": "Mozilla/5.0 (X11)" };
  assertEquals(
    combined(sent("/path?a=1", headers)),
    '192.0.2.7 - - [21/Nov/2026:19:05:27 +0000] "GET /path?a=1 HTTP/1.1" 200 13 ' +
      '"https://example.com/a?b" "Mozilla/5.0 (X11)" 0-17-2\n',
  );
});

Deno.test("accessLine(combined) has a dash for missing values", () => {
  const malformed = { request: null, status: 400, bodyBytes: 0 };
  assertEquals(
    combined(exchange({ ...malformed, remoteAddr: UNIX })),
    '- - - [21/Nov/2026:19:05:27 +0000] "-" 400 0 "-" "-" 0-17-2\n',
  );
  assertEquals(
    combined(exchange({ status: 0, bodyBytes: 0 })),
    '192.0.2.7 - - [21/Nov/2026:19:05:27 +0000] "GET /path HTTP/1.1" - 0 "-" "-" 0-17-2\n',
  );
});

Deno.test("accessLine(combined) writes addresses unchanged", () => {
  for (const hostname of ["127.0.0.1", "::1", "2001:db8::ff00:42:8329", "fe80::1%eth0"]) {
    const line = combined(exchange({ remoteAddr: { transport: "tcp", hostname, port: 1 } }));
    assert(line.startsWith(`${hostname} - - [`), line);
  }
});

Deno.test("accessLine(combined) escapes characters that could end a field or a line, like nginx", () => {
  for (const [text, escaped] of Object.entries(NASTY)) {
    assert(combined(sent("/", { referer: text })).endsWith(` "${escaped}" "-" 0-17-2\n`), text);
    assert(
      combined(sent("/", { "user-agent": text })).endsWith(` "-" "${escaped}" 0-17-2\n`),
      text,
    );
  }
  assertMatch(combined(sent('/"\\')), /\] "GET \/\\x22\\x5C HTTP\/1\.1" 200 /);
});

Deno.test("accessLine(json) is an object with OpenTelemetry's names", () => {
  const headers = { "referer": "https://example.com/", "user-agent": "curl/8" };
  assertEquals(JSON.parse(json(sent("/path?a=1", headers))), {
    "timestamp": "2026-11-21T19:05:27.089Z",
    "client.address": "192.0.2.7",
    "http.request.method": "GET",
    "url.path": "/path",
    "url.query": "a=1",
    "network.protocol.version": "1.1",
    "user_agent.original": "curl/8",
    "http.request.header.referer": "https://example.com/",
    "http.response.status_code": 200,
    "http.response.body.bytes": 13,
    "event.duration": 1_250_000,
    "sluice.request.id": "0-17-2",
  });
});

Deno.test("accessLine(json) omits missing values", () => {
  const gone = { request: null, remoteAddr: UNIX, status: 0, bodyBytes: 0 };
  assertEquals(JSON.parse(json(exchange(gone))), {
    "timestamp": "2026-11-21T19:05:27.089Z",
    "http.response.body.bytes": 0,
    "event.duration": 1_250_000,
    "sluice.request.id": "0-17-2",
  });
});

Deno.test("accessLine(json) says how a request was sent on, as far as is known", () => {
  const forwarding = {
    ...{ group: "app", address: "10.0.0.1:8080", attempts: 2, failure: "connection_timeout" },
    ...{ connectTime: 0.25, firstByteTime: 12.0004, totalTime: 1500 },
  };
  const before = JSON.parse(json(exchange()));
  assertEquals(JSON.parse(json(exchange({ forwarding }))), {
    ...before,
    "sluice.upstream.group": "app",
    "sluice.upstream.address": "10.0.0.1:8080",
    "sluice.upstream.attempts": 2,
    "sluice.upstream.connect_duration": 0.000_25,
    "sluice.upstream.first_byte_duration": 0.012,
    "sluice.upstream.duration": 1.5,
    "sluice.upstream.failure": "connection_timeout",
  });
  const nothing = { address: null, connectTime: null, firstByteTime: null, totalTime: null };
  const none = { group: 'a "b"', attempts: 0, failure: null, ...nothing };
  assertEquals(JSON.parse(json(exchange({ forwarding: none }))), {
    ...before,
    "sluice.upstream.group": 'a "b"',
    "sluice.upstream.attempts": 0,
  });
  assertEquals(combined(exchange({ forwarding })), combined(exchange()));
});

Deno.test("accessLine(json) is one line of ASCII, and loses no character", () => {
  for (const text of [...Object.keys(NASTY), "\u2028\u2029\ud800"]) {
    const line = json(sent('/"\\?"\\', { "referer": text, "user-agent": text }));
    assertMatch(line, /^[\x20-\x7e]+\n$/);
    const record = JSON.parse(line);
    assertEquals([record["url.path"], record["url.query"]], ['/"\\', '"\\']);
    assertEquals(record["http.request.header.referer"], text);
    assertEquals(record["user_agent.original"], text);
  }
});

Deno.test("accessLine() has the time of each exchange, even if earlier than the last", () => {
  const times: readonly (readonly [time: number, iso: string, clock: string])[] = [
    [TIME, "2026-11-21T19:05:27.089Z", "21/Nov/2026:19:05:27 +0000"],
    [TIME + 910.75, "2026-11-21T19:05:27.999Z", "21/Nov/2026:19:05:27 +0000"],
    [TIME + 911, "2026-11-21T19:05:28.000Z", "21/Nov/2026:19:05:28 +0000"],
    [Date.UTC(2027, 0, 1), "2027-01-01T00:00:00.000Z", "01/Jan/2027:00:00:00 +0000"],
    [TIME, "2026-11-21T19:05:27.089Z", "21/Nov/2026:19:05:27 +0000"],
  ];
  for (const [time, iso, clock] of times) {
    assertEquals(JSON.parse(json(exchange({ time }))).timestamp, iso);
    assert(combined(exchange({ time })).includes(` [${clock}] `), clock);
  }
});

Deno.test("accessLine(json) rounds the duration to nanoseconds", () => {
  const durationOf = (duration: number) =>
    JSON.parse(json(exchange({ duration })))["event.duration"];
  assertEquals(durationOf(0.1 + 0.2), 300_000);
  assertEquals(durationOf(0), 0);
  assertEquals(durationOf(86_400_000), 86_400_000_000_000);
});
