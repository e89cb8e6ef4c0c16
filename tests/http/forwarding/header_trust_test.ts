import { assertEquals } from "@std/assert";
import { realClient } from "../../../src/http/forwarding/believed.ts";
import type { Hop } from "../../../src/http/forwarding/forwarding_fields.ts";
import type { Field } from "../../../src/http/message.ts";
import {
  isTrusted,
  outgoing,
  sentFields,
  STRANGER,
  TRUSTED,
  valuesOf,
} from "../../helpers/outgoing.ts";

/** The values of the fields that a backend gets; null for none. */
type Expected = Readonly<Record<string, string | readonly string[] | null>>;

const OWN = "for=203.0.113.9;host=example.com;proto=http";
const APPENDED = "for=10.0.0.1;host=example.com;proto=http";
const UNIX: Hop = { ...STRANGER, peer: null, localPort: null };

/** What a peer that is not trusted forges, and what the backend gets. */
const FORGED: readonly [name: string, fields: readonly Field[], expected: Expected][] = [
  ["nothing", [], {
    "x-forwarded-for": "203.0.113.9",
    "x-forwarded-proto": "http",
    "x-forwarded-host": "example.com",
    "x-forwarded-port": "8080",
    forwarded: OWN,
    "x-request-id": "own-id",
    via: "1.1 sluice",
  }],
  ["X-Forwarded-For", [["x-forwarded-for", "127.0.0.1"]], { "x-forwarded-for": "203.0.113.9" }],
  [
    "X-Forwarded-For in several lines",
    [["x-forwarded-for", "127.0.0.1"], ["x-forwarded-for", "10.0.0.1, ::1"]],
    { "x-forwarded-for": "203.0.113.9" },
  ],
  ["X-Forwarded-Proto", [["x-forwarded-proto", "https"]], { "x-forwarded-proto": "http" }],
  ["X-Forwarded-Host", [["x-forwarded-host", "evil.test"]], { "x-forwarded-host": "example.com" }],
  ["X-Forwarded-Port", [["x-forwarded-port", "443"]], { "x-forwarded-port": "8080" }],
  [
    "other fields that begin with X-Forwarded",
    [["x-forwarded-prefix", "/admin"], ["x-forwarded-user", "root"]],
    { "x-forwarded-prefix": null, "x-forwarded-user": null },
  ],
  ["Forwarded", [["forwarded", "for=127.0.0.1;proto=https"]], { forwarded: OWN }],
  ["X-Real-IP", [["x-real-ip", "127.0.0.1"]], { "x-real-ip": null }],
  ["X-Request-Id", [["x-request-id", "forged"]], { "x-request-id": "own-id" }],
  ["Via, which is appended", [["via", "1.0 fred"]], { via: ["1.0 fred", "1.1 sluice"] }],
  ["underscores", [
    ["x_forwarded_for", "127.0.0.1"],
    ["x-forwarded_proto", "https"],
    ["x_real_ip", "127.0.0.1"],
    ["x_request_id", "forged"],
    ["x_forwarded_user", "root"],
    ["content_length", "5"],
    ["transfer_encoding", "chunked"],
    ["x_other", "stays"],
    ["my_name", "stays"],
  ], {
    x_forwarded_for: null,
    "x-forwarded_proto": null,
    x_real_ip: null,
    x_request_id: null,
    x_forwarded_user: null,
    content_length: null,
    transfer_encoding: null,
    x_other: "stays",
    my_name: "stays",
  }],
  [
    "Connection: x-forwarded-for",
    [["connection", "x-forwarded-for, forwarded, via, x-request-id, x-forwarded-proto"]],
    {
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-proto": "http",
      forwarded: OWN,
      via: "1.1 sluice",
      "x-request-id": "own-id",
    },
  ],
  [
    "Connection: host, content-length",
    [["connection", "host, content-length, cookie"], ["cookie", "a=b"]],
    { host: "example.com", cookie: null },
  ],
];

for (const [name, fields, expected] of FORGED) {
  Deno.test(`requestHead() replaces what a peer that is not trusted says: ${name}`, () => {
    assertFields(fields, STRANGER, expected);
  });
}

/** What a trusted peer says, and what the backend gets. */
const TOLD: readonly [name: string, fields: readonly Field[], expected: Expected][] = [
  ["nothing", [], {
    "x-forwarded-for": "10.0.0.1",
    "x-forwarded-proto": "http",
    "x-forwarded-host": "example.com",
    "x-forwarded-port": "8080",
    forwarded: APPENDED,
    "x-request-id": "own-id",
  }],
  ["X-Forwarded-For", [["x-forwarded-for", "198.51.100.7"]], {
    "x-forwarded-for": "198.51.100.7, 10.0.0.1",
    forwarded: `for=198.51.100.7, ${APPENDED}`,
  }],
  ["an entry that the client has forged", [["x-forwarded-for", "127.0.0.1, 198.51.100.7"]], {
    "x-forwarded-for": "198.51.100.7, 10.0.0.1",
    forwarded: `for=198.51.100.7, ${APPENDED}`,
  }],
  [
    "entries of several trusted peers",
    [["x-forwarded-for", "127.0.0.1, 198.51.100.7, 10.0.0.3, 10.0.0.2"]],
    { "x-forwarded-for": "198.51.100.7, 10.0.0.3, 10.0.0.2, 10.0.0.1" },
  ],
  [
    "several field lines",
    [["x-forwarded-for", "127.0.0.1"], ["x-forwarded-for", "198.51.100.7,10.0.0.3"], [
      "x-forwarded-for",
      "10.0.0.2",
    ]],
    { "x-forwarded-for": "198.51.100.7, 10.0.0.3, 10.0.0.2, 10.0.0.1" },
  ],
  ["IPv6", [["x-forwarded-for", "2001:DB8:0::7, FD00::2"]], {
    "x-forwarded-for": "2001:db8::7, fd00::2, 10.0.0.1",
    forwarded: `for="[2001:db8::7]", for="[fd00::2]", ${APPENDED}`,
  }],
  [
    "IPv6 in brackets, and ports",
    [["x-forwarded-for", "[2001:db8::7]:4711, [fd00::2], 10.0.0.2:80"]],
    { "x-forwarded-for": "2001:db8::7, fd00::2, 10.0.0.2, 10.0.0.1" },
  ],
  ["an IPv4 address as IPv6", [["x-forwarded-for", "::ffff:198.51.100.7"]], {
    "x-forwarded-for": "198.51.100.7, 10.0.0.1",
  }],
  ["garbage", [["x-forwarded-for", "10.9.9.9, evil, 10.0.0.2"]], {
    "x-forwarded-for": "10.0.0.2, 10.0.0.1",
    forwarded: `for=10.0.0.2, ${APPENDED}`,
  }],
  ["garbage at the right", [["x-forwarded-for", "10.9.9.9, 1.2.3.4.5"]], {
    "x-forwarded-for": "10.0.0.1",
    forwarded: APPENDED,
  }],
  ["numbers that some parsers take for addresses", [["x-forwarded-for", "0x7f.1, 10.0.0.02"]], {
    "x-forwarded-for": "10.0.0.1",
  }],
  ["unknown", [["x-forwarded-for", "10.9.9.9, unknown, 10.0.0.2"]], {
    "x-forwarded-for": "10.0.0.2, 10.0.0.1",
  }],
  ["empty entries", [["x-forwarded-for", " ,198.51.100.7,, 10.0.0.2, "]], {
    "x-forwarded-for": "198.51.100.7, 10.0.0.2, 10.0.0.1",
  }],
  [
    "X-Forwarded-Proto and -Host: the port is not that of this URL",
    [["x-forwarded-proto", "HTTPS"], ["x-forwarded-host", "shop.test:8443"]],
    {
      "x-forwarded-proto": "https",
      "x-forwarded-host": "shop.test:8443",
      "x-forwarded-port": null,
      forwarded: APPENDED,
    },
  ],
  ["X-Forwarded-Port", [["x-forwarded-port", "443"]], { "x-forwarded-port": "443" }],
  [
    "lists of the hops: the first one's",
    [["x-forwarded-proto", "https, http"], ["x-forwarded-host", "shop.test"], [
      "x-forwarded-host",
      "inner.test",
    ], ["x-forwarded-port", "443,80"]],
    {
      "x-forwarded-proto": "https",
      "x-forwarded-host": "shop.test",
      "x-forwarded-port": "443",
    },
  ],
  [
    "invalid ones",
    [["x-forwarded-proto", "javascript"], ["x-forwarded-host", "a/b"], [
      "x-forwarded-port",
      "65536",
    ]],
    {
      "x-forwarded-proto": "http",
      "x-forwarded-host": "example.com",
      "x-forwarded-port": "8080",
    },
  ],
  [
    "Forwarded alone",
    [["forwarded", 'For=198.51.100.7;proto=https;host="shop.test:443", for=10.0.0.2']],
    {
      forwarded: `for=198.51.100.7;proto=https;host="shop.test:443", for=10.0.0.2, ${APPENDED}`,
      "x-forwarded-for": "198.51.100.7, 10.0.0.2, 10.0.0.1",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "shop.test:443",
      "x-forwarded-port": null,
    },
  ],
  [
    "Forwarded in several lines, of which the client has forged the first",
    [["forwarded", "for=127.0.0.1;proto=https"], ["forwarded", "for=198.51.100.7"], [
      "forwarded",
      "for=10.0.0.2",
    ]],
    {
      forwarded: `for=198.51.100.7, for=10.0.0.2, ${APPENDED}`,
      "x-forwarded-proto": "http",
    },
  ],
  ["quoted IPv6 with a port", [["forwarded", 'for="[2001:DB8::7]:4711"; By=_me']], {
    forwarded: `for="[2001:DB8::7]:4711";by=_me, ${APPENDED}`,
    "x-forwarded-for": "2001:db8::7, 10.0.0.1",
  }],
  ["quotes and commas in quoted strings", [["forwarded", 'for=198.51.100.7;x="a\\",b;c"']], {
    forwarded: `for=198.51.100.7;x="a\\",b;c", ${APPENDED}`,
  }],
  [
    "a quoted string that the client has left open",
    [["forwarded", 'for=127.0.0.1;x=", for=198.51.100.7']],
    { forwarded: `for=198.51.100.7, ${APPENDED}`, "x-forwarded-for": "198.51.100.7, 10.0.0.1" },
  ],
  [
    "a quoted string that the client has left open before a quoted one",
    [["forwarded", 'for=127.0.0.1;x=", for="[2001:db8::7]"']],
    { forwarded: `for="[2001:db8::7]", ${APPENDED}` },
  ],
  ["an obfuscated identifier", [["forwarded", "for=127.0.0.1, for=_hidden, for=10.0.0.2"]], {
    forwarded: `for=_hidden, for=10.0.0.2, ${APPENDED}`,
    "x-forwarded-for": "10.0.0.2, 10.0.0.1",
  }],
  ["an unknown node", [["forwarded", "for=unknown"]], {
    forwarded: `for=unknown, ${APPENDED}`,
    "x-forwarded-for": "10.0.0.1",
  }],
  ["an obfuscated port", [["forwarded", 'for="198.51.100.7:_port"']], {
    forwarded: `for="198.51.100.7:_port", ${APPENDED}`,
    "x-forwarded-for": "198.51.100.7, 10.0.0.1",
  }],
  ["IPv6 without brackets", [["forwarded", 'for="2001:db8::7"']], {
    forwarded: APPENDED,
    "x-forwarded-for": "10.0.0.1",
  }],
  ["a node that is no address", [["forwarded", "for=localhost"]], { forwarded: APPENDED }],
  ["a parameter twice", [["forwarded", "for=198.51.100.7;For=10.0.0.2"]], { forwarded: APPENDED }],
  ["no parameter", [["forwarded", "198.51.100.7"]], { forwarded: APPENDED }],
  [
    "a Forwarded that contradicts X-Forwarded-For",
    [["forwarded", "for=127.0.0.1;proto=https"], ["x-forwarded-for", "198.51.100.7"]],
    {
      forwarded: `for=198.51.100.7, ${APPENDED}`,
      "x-forwarded-for": "198.51.100.7, 10.0.0.1",
      "x-forwarded-proto": "http",
    },
  ],
  [
    "a Forwarded that agrees with X-Forwarded-For",
    [["forwarded", "for=198.51.100.7;proto=https"], ["x-forwarded-for", "198.51.100.7"]],
    { forwarded: `for=198.51.100.7;proto=https, ${APPENDED}`, "x-forwarded-proto": "https" },
  ],
  ["X-Request-Id", [["x-request-id", "a-1_B.2"]], { "x-request-id": "a-1_B.2" }],
  ["X-Request-Id with spaces", [["x-request-id", "a b"]], { "x-request-id": "own-id" }],
  ["X-Request-Id, empty", [["x-request-id", ""]], { "x-request-id": "own-id" }],
  ["X-Request-Id, too long", [["x-request-id", "a".repeat(129)]], { "x-request-id": "own-id" }],
  [
    "X-Request-Id twice",
    [["x-request-id", "a"], ["x-request-id", "b"]],
    { "x-request-id": "own-id" },
  ],
  [
    "X-Real-IP and other X-Forwarded fields",
    [["x-real-ip", "198.51.100.7"], ["x-forwarded-prefix", "/shop"]],
    { "x-real-ip": "198.51.100.7", "x-forwarded-prefix": "/shop" },
  ],
  [
    "underscores, which its client has sent",
    [["x_forwarded_for", "127.0.0.1"], ["x_real_ip", "127.0.0.1"]],
    { x_forwarded_for: null, x_real_ip: null },
  ],
  [
    "Connection that names them, which its client has sent",
    [["connection", "x-forwarded-for, x-real-ip"], ["x-forwarded-for", "198.51.100.7"], [
      "x-real-ip",
      "198.51.100.7",
    ]],
    { "x-forwarded-for": "198.51.100.7, 10.0.0.1", "x-real-ip": "198.51.100.7" },
  ],
  ["Via", [["via", "1.1 a, 1.0 b"]], { via: ["1.1 a, 1.0 b", "1.1 sluice"] }],
];

for (const [name, fields, expected] of TOLD) {
  Deno.test(`requestHead() appends to what a trusted peer says: ${name}`, () => {
    assertFields(fields, TRUSTED, expected);
  });
}

Deno.test("requestHead() believes all entries if only the peer is asked about", () => {
  const { trusts: _, ...hop } = TRUSTED;
  assertFields([["x-forwarded-for", "127.0.0.1, evil, 192.0.2.1, 198.51.100.7"]], hop, {
    "x-forwarded-for": "192.0.2.1, 198.51.100.7, 10.0.0.1",
  });
});

Deno.test("requestHead() names no address of a peer on a Unix socket", () => {
  assertFields([["x-forwarded-for", "127.0.0.1"]], UNIX, {
    "x-forwarded-for": null,
    "x-forwarded-port": null,
    forwarded: "for=unknown;host=example.com;proto=http",
  });
  assertFields([["x-forwarded-for", "198.51.100.7"]], { ...UNIX, isTrusted: true }, {
    "x-forwarded-for": "198.51.100.7",
    forwarded: "for=198.51.100.7, for=unknown;host=example.com;proto=http",
  });
});

Deno.test("requestHead() quotes in Forwarded what is no token", () => {
  const hop: Hop = { ...STRANGER, peer: "2001:db8::9", scheme: "https" };
  const fields = sentFields(outgoing([], { host: "[::1]:8080", minor: 0 }), hop);
  assertEquals(valuesOf(fields, "forwarded"), [
    'for="[2001:db8::9]";host="[::1]:8080";proto=https',
  ]);
  assertEquals(valuesOf(fields, "x-forwarded-for"), ["2001:db8::9"]);
  assertEquals(valuesOf(fields, "x-forwarded-host"), ["[::1]:8080"]);
  assertEquals(valuesOf(fields, "via"), ["1.0 sluice"]);
});

Deno.test("requestHead() tells no host that the client has not sent", () => {
  const fields = sentFields(outgoing([], { host: "" }));
  assertEquals(valuesOf(fields, "x-forwarded-host"), []);
  assertEquals(valuesOf(fields, "forwarded"), ["for=203.0.113.9;proto=http"]);
});

const CLIENTS: readonly [name: string, fields: readonly Field[], client: string | null][] = [
  ["no field", [], null],
  ["one entry", [["x-forwarded-for", "198.51.100.7"]], "198.51.100.7"],
  ["a forged entry", [["x-forwarded-for", "127.0.0.1, 198.51.100.7, 10.0.0.2"]], "198.51.100.7"],
  ["trusted entries only", [["x-forwarded-for", "10.0.0.3, 10.0.0.2"]], "10.0.0.3"],
  ["garbage before trusted entries", [["x-forwarded-for", "evil, 10.0.0.2"]], "10.0.0.2"],
  ["garbage", [["x-forwarded-for", "10.0.0.2, evil"]], null],
  ["garbage, whatever Forwarded says", [
    ["x-forwarded-for", "evil"],
    ["forwarded", "for=198.51.100.7"],
  ], null],
  ["Forwarded", [["forwarded", 'for="[2001:db8::7]:80", for=10.0.0.2']], "2001:db8::7"],
  ["both", [["forwarded", "for=127.0.0.1"], ["x-forwarded-for", "198.51.100.7"]], "198.51.100.7"],
  ["a hidden node", [["forwarded", "for=198.51.100.7, for=_hidden"]], null],
  ["a hidden node before", [["forwarded", "for=_hidden, for=10.0.0.2"]], "10.0.0.2"],
  [
    "several lines",
    [["x-forwarded-for", "198.51.100.7"], ["x-forwarded-for", "fd00::2"]],
    "198.51.100.7",
  ],
];

for (const [name, fields, client] of CLIENTS) {
  Deno.test(`realClient() reads from the right: ${name}`, () => {
    assertEquals(realClient(fields, isTrusted), client);
  });
}

Deno.test("realClient() takes no longer for what is hard to read", () => {
  const hard = ["[" + ":".repeat(16_000), "for=" + '"\\'.repeat(8_000), ',a="'.repeat(4_000)];
  // The shortest of some times: a busy machine may let each of them stand still for a while.
  let shortest = Infinity;
  for (let run = 0; run < 5 && shortest > 500; run++) {
    const started = performance.now();
    for (const value of hard) {
      assertEquals(realClient([["x-forwarded-for", value]], isTrusted), null);
      assertEquals(realClient([["forwarded", value]], isTrusted), null);
    }
    shortest = Math.min(shortest, performance.now() - started);
  }
  assertEquals(shortest < 1_000, true, `${shortest} ms`);
});

function assertFields(fields: readonly Field[], hop: Hop, expected: Expected): void {
  const sent = sentFields(outgoing(fields), hop);
  for (const [name, value] of Object.entries(expected)) {
    const values = value === null ? [] : typeof value === "string" ? [value] : value;
    assertEquals(valuesOf(sent, name), values, name);
  }
}
