import { assert, assertEquals, assertThrows } from "@std/assert";
import { ResponseDecoder } from "../../../src/http/codec/response_decoder.ts";
import { MalformedResponseError } from "../../../src/http/error.ts";
import { Random } from "../../../src/load/random.ts";
import { bytesOf } from "../../helpers/http_cases.ts";
import {
  type DecodedAnswer,
  decodeResponse,
  RESPONSE_LIMITS,
} from "../../helpers/response_decoding.ts";

/** Decodes a stream whole, byte by byte, and cut in two at each position: all must be the same. */
function decodeAllWays(text: string, method = "GET", limits = RESPONSE_LIMITS): DecodedAnswer {
  const whole = decodeResponse(text, [], method, limits);
  const every = Array.from({ length: text.length }, (_, i) => i);
  assertEquals(decodeResponse(text, every, method, limits), whole, "byte by byte");
  for (const cut of every) {
    assertEquals(decodeResponse(text, [cut], method, limits), whole, `cut at ${cut}`);
  }
  return whole;
}

/** Limits that no test reaches. */
const WIDE = { maxHeaderSize: 16 * 1024, maxHeaders: 100 };
const OK = "HTTP/1.1 200 OK\r\n";

/** What is decoded of the final response, and of the body. */
interface Expected {
  readonly length: number | null | "close";
  readonly keepAlive: boolean;
  readonly body?: string;
  /** What is left for the next response. */
  readonly rest?: string;
}

const BODIES: readonly [name: string, method: string, stream: string, expected: Expected][] = [
  [
    "a Content-Length",
    "GET",
    `${OK}Content-Length: 5\r\n\r\nhello`,
    { length: 5, keepAlive: true, body: "hello" },
  ],
  [
    "a Content-Length of 0",
    "GET",
    `${OK}Content-Length: 0\r\n\r\n`,
    { length: 0, keepAlive: true },
  ],
  [
    "the same Content-Length twice",
    "GET",
    `${OK}Content-Length: 2\r\ncontent-length: 02\r\n\r\nhi`,
    { length: 2, keepAlive: true, body: "hi" },
  ],
  [
    "a chunked body with extensions",
    "GET",
    `${OK}Transfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
    { length: null, keepAlive: true, body: "abcde" },
  ],
  [
    "a body until the end of the connection",
    "GET",
    `${OK}Server: x\r\n\r\nall of it`,
    { length: "close", keepAlive: false, body: "all of it" },
  ],
  [
    "excess after a body",
    "GET",
    `${OK}Content-Length: 2\r\n\r\nhiHTTP/1.1 200`,
    { length: 2, keepAlive: true, body: "hi", rest: "HTTP/1.1 200" },
  ],
  [
    "excess after a chunked body",
    "GET",
    `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nx`,
    { length: null, keepAlive: true, rest: "x" },
  ],
  [
    "Connection: close",
    "GET",
    `${OK}Content-Length: 2\r\nConnection: x, Close\r\n\r\nhi`,
    { length: 2, keepAlive: false, body: "hi" },
  ],
  [
    "close and keep-alive",
    "GET",
    `${OK}Content-Length: 0\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n`,
    { length: 0, keepAlive: false },
  ],
  [
    "HTTP/1.0",
    "GET",
    "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    { length: 2, keepAlive: false, body: "hi" },
  ],
  [
    "HTTP/1.0 with keep-alive",
    "GET",
    "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi",
    { length: 2, keepAlive: true, body: "hi" },
  ],
  [
    "HTTP/1.0 with keep-alive but no length",
    "GET",
    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhi",
    { length: "close", keepAlive: false, body: "hi" },
  ],
  [
    "HEAD with a Content-Length",
    "HEAD",
    `${OK}Content-Length: 9\r\n\r\n`,
    { length: 0, keepAlive: true },
  ],
  [
    "HEAD with a chunked coding",
    "HEAD",
    `${OK}Transfer-Encoding: chunked\r\n\r\n`,
    { length: 0, keepAlive: true },
  ],
  ["HEAD without a length", "HEAD", `${OK}\r\n`, { length: 0, keepAlive: true }],
  [
    "304 with a Content-Length",
    "GET",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
    { length: 0, keepAlive: true },
  ],
  ["204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", { length: 0, keepAlive: true }],
  [
    "204 with a Content-Length of 0",
    "GET",
    "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
    { length: 0, keepAlive: true },
  ],
  [
    "204 that announces a body: the connection is not used again",
    "GET",
    "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
    { length: 0, keepAlive: false, rest: "hello" },
  ],
  [
    "204 that announces a chunked body",
    "GET",
    "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    { length: 0, keepAlive: false, rest: "0\r\n\r\n" },
  ],
  [
    "205, which is framed as any other",
    "POST",
    "HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    { length: null, keepAlive: true },
  ],
  [
    "101, after which another protocol follows",
    "GET",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nraw",
    { length: 0, keepAlive: false, rest: "raw" },
  ],
  [
    "interim responses",
    "GET",
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n` +
    `${OK}Content-Length: 2\r\n\r\nhi`,
    { length: 2, keepAlive: true, body: "hi" },
  ],
  [
    "no reason phrase",
    "GET",
    "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
    { length: 0, keepAlive: true },
  ],
  [
    "no space before the missing reason phrase",
    "GET",
    "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
    { length: 0, keepAlive: true },
  ],
  [
    "a status that is not registered",
    "GET",
    "HTTP/1.1 999 \xe4\r\nContent-Length: 0\r\n\r\n",
    { length: 0, keepAlive: true },
  ],
];

for (const [name, method, stream, expected] of BODIES) {
  Deno.test(`ResponseDecoder accepts ${name}, wherever it is cut`, () => {
    const { heads, body, rest, isComplete, failure } = decodeAllWays(stream, method);
    const final = heads.at(-1);
    assertEquals(failure, null);
    assertEquals({ length: final?.length, keepAlive: final?.keepAlive, body, rest }, {
      body: "",
      rest: "",
      ...expected,
    });
    assert(isComplete);
  });
}

Deno.test("ResponseDecoder gives fields in order, as sent, with trimmed values", () => {
  const { heads } = decodeAllWays(
    "HTTP/1.1 404 Not Found\r\nSet-Cookie: a=1\r\nX-Empty:\r\nset-cookie:\t b=2; Path=/ \t\r\n" +
      "X-Name: \xe4\xff\r\nX-Long: a  b:c\r\nContent-Length: 0\r\n\r\n",
  );
  assertEquals(heads, [{
    status: 404,
    minor: 1,
    fields: [
      ["Set-Cookie", "a=1"],
      ["X-Empty", ""],
      ["set-cookie", "b=2; Path=/"],
      ["X-Name", "\xe4\xff"],
      ["X-Long", "a  b:c"],
      ["Content-Length", "0"],
    ],
    length: 0,
    contentLength: 0,
    keepAlive: true,
  }]);
});

Deno.test("ResponseDecoder gives each interim response, with its own fields", () => {
  const { heads } = decodeAllWays(
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\n" +
      "HTTP/1.0 200 OK\r\n\r\n",
  );
  assertEquals(heads.map(({ status, fields, length }) => [status, fields, length]), [
    [103, [["Link", "</a>"]], 0],
    [103, [["Link", "</b>"]], 0],
    [200, [], "close"],
  ]);
});

Deno.test("ResponseDecoder tells the Content-Length of a response without a body", () => {
  const head = decodeAllWays(`${OK}Content-Length: 1234\r\n\r\n`, "HEAD").heads[0];
  assertEquals([head?.length, head?.contentLength], [0, 1234]);
});

Deno.test("ResponseDecoder gives trailers after a chunked body", () => {
  const { body, trailers } = decodeAllWays(
    `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum:  \xe4 \r\nx-sum: 2\r\n\r\n`,
  );
  assertEquals([body, trailers], ["a", [["x-sum", "\xe4"], ["x-sum", "2"]]]);
});

const { maxHeaderSize, maxHeaders } = RESPONSE_LIMITS;
const MALFORMED: readonly [name: string, stream: string, reason: string][] = [
  ["another protocol", "SSH-2.0-OpenSSH\r\n", "it does not begin with an HTTP/1 version"],
  ["TLS", "\x15\x03\x01\x00\x02", "it does not begin with an HTTP/1 version"],
  ["an empty line first", `\r\n${OK}\r\n`, "it does not begin with an HTTP/1 version"],
  ["HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", "it does not begin with an HTTP/1 version"],
  [
    "a version in lower case",
    "http/1.1 200 OK\r\n\r\n",
    "it does not begin with an HTTP/1 version",
  ],
  ["HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n", "the version is neither HTTP/1.1 nor HTTP/1.0"],
  ["HTTP/1.10", "HTTP/1.10 200 OK\r\n\r\n", "the status line has no status of three digits"],
  ["no status", "HTTP/1.1\r\n\r\n", "the status line has no status of three digits"],
  ["two digits", "HTTP/1.1 20 OK\r\n\r\n", "the status line has no status of three digits"],
  ["four digits", "HTTP/1.1 2000 OK\r\n\r\n", "the status line has no status of three digits"],
  ["a status below 100", "HTTP/1.1 099 X\r\n\r\n", "the status line has no status of three digits"],
  ["a signed status", "HTTP/1.1 +20 OK\r\n\r\n", "the status line has no status of three digits"],
  ["a letter in it", "HTTP/1.1 2x0 OK\r\n\r\n", "the status line has no status of three digits"],
  ["two spaces", "HTTP/1.1  200 OK\r\n\r\n", "the status line has no status of three digits"],
  ["a tab after it", "HTTP/1.1 200\tOK\r\n\r\n", "the status line has no status of three digits"],
  ["a NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n", "a line has a control character"],
  ["a bare LF", "HTTP/1.1 200 OK\nA: b\r\n\r\n", "a line ends without CR"],
  ["a bare LF after a field", `${OK}A: b\n\r\n`, "a line ends without CR"],
  ["a bare LF at the end", `${OK}A: b\r\n\n`, "a line ends without CR"],
  ["a bare CR", `${OK}A: b\rC: d\r\n\r\n`, "a line has a CR without LF"],
  ["two CR", `${OK}A: b\r\r\n\r\n`, "a line has a CR without LF"],
  ["a NUL in a value", `${OK}A: b\0c\r\n\r\n`, "a line has a control character"],
  ["a DEL in a value", `${OK}A: b\x7fc\r\n\r\n`, "a line has a control character"],
  ["a folded field", `${OK}A: b\r\n c\r\n\r\n`, "a field is folded over two lines"],
  ["a folded first field", `${OK}\tA: b\r\n\r\n`, "a field is folded over two lines"],
  ["no colon", `${OK}Server\r\n\r\n`, "a field line has no colon"],
  ["no name", `${OK}: x\r\n\r\n`, "a field name is not a token"],
  ["a space before the colon", `${OK}A : b\r\n\r\n`, "whitespace before the colon of a field"],
  ["a name that is no token", `${OK}A(b): c\r\n\r\n`, "a field name is not a token"],
  [
    "lengths that differ",
    `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\na`,
    "Content-Length fields that differ",
  ],
  ["a list of lengths", `${OK}Content-Length: 1, 1\r\n\r\na`, "Content-Length is not a number"],
  ["a negative length", `${OK}Content-Length: -1\r\n\r\n`, "Content-Length is not a number"],
  ["a signed length", `${OK}Content-Length: +1\r\n\r\na`, "Content-Length is not a number"],
  ["a hexadecimal length", `${OK}Content-Length: 0x1\r\n\r\na`, "Content-Length is not a number"],
  ["an empty length", `${OK}Content-Length:\r\n\r\n`, "Content-Length is empty"],
  [
    "a huge length",
    `${OK}Content-Length: 99999999999999999999\r\n\r\n`,
    "Content-Length is too large",
  ],
  [
    "a huge length without a body",
    `HTTP/1.1 304 X\r\nContent-Length: 9007199254740992\r\n\r\n`,
    "Content-Length is too large",
  ],
  [
    "a length and a coding",
    `${OK}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    "both Content-Length and Transfer-Encoding",
  ],
  [
    "a coding and a length",
    `${OK}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n`,
    "both Content-Length and Transfer-Encoding",
  ],
  [
    "another coding",
    `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`,
    "Transfer-Encoding has codings other than chunked",
  ],
  [
    "identity",
    `${OK}Transfer-Encoding: identity\r\n\r\n`,
    "Transfer-Encoding does not end with chunked",
  ],
  [
    "an unfinished list",
    `${OK}Transfer-Encoding: chunked,\r\n\r\n`,
    "Transfer-Encoding does not end with chunked",
  ],
  [
    "chunked twice",
    `${OK}Transfer-Encoding: chunked, chunked\r\n\r\n`,
    "Transfer-Encoding has chunked twice",
  ],
  [
    "chunked in two fields",
    `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`,
    "more than one Transfer-Encoding field",
  ],
  [
    "a coding in HTTP/1.0",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "Transfer-Encoding in HTTP/1.0",
  ],
  [
    "a bad chunk size",
    `${OK}Transfer-Encoding: chunked\r\n\r\nx\r\n`,
    "a chunk size is not a hexadecimal number",
  ],
  [
    "a space after a chunk size",
    `${OK}Transfer-Encoding: chunked\r\n\r\n1 \r\na\r\n`,
    "a chunk size is followed by something other than extensions",
  ],
  [
    "a chunk size with too many digits",
    `${OK}Transfer-Encoding: chunked\r\n\r\n00000000000001\r\na`,
    "a chunk size has too many digits",
  ],
  [
    "a chunk that is too long",
    `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n`,
    "a chunk is longer or shorter than its size",
  ],
  [
    "a bare LF after a chunk size",
    `${OK}Transfer-Encoding: chunked\r\n\r\n1\na\r\n`,
    "a line in the body ends without CR",
  ],
  [
    "a folded trailer",
    `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n`,
    "a field is folded over two lines",
  ],
  [
    "a NUL in a trailer",
    `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nA: \0\r\n\r\n`,
    "a field value has a control character",
  ],
  [
    "garbage after an interim response",
    "HTTP/1.1 100 Continue\r\n\r\nHello",
    "it does not begin with an HTTP/1 version",
  ],
];

for (const [name, stream, reason] of MALFORMED) {
  Deno.test(`ResponseDecoder refuses ${name}, wherever it is cut`, () => {
    const { failure } = decodeAllWays(stream);
    assertEquals(failure, { reason, kind: "malformed" });
  });
}

const LARGE: readonly [name: string, stream: string, reason: string][] = [
  [
    "a header that is too large",
    `${OK}A: ${"b".repeat(maxHeaderSize)}\r\n\r\n`,
    `the header is larger than ${maxHeaderSize} bytes`,
  ],
  [
    "a status line that is too large",
    `${OK.slice(0, -2)}${"b".repeat(maxHeaderSize)}`,
    `the header is larger than ${maxHeaderSize} bytes`,
  ],
  [
    "too many fields",
    `${OK}${"A: b\r\n".repeat(maxHeaders + 1)}\r\n`,
    `there are more than ${maxHeaders} header fields`,
  ],
  [
    "too many trailers",
    `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n${"A: b\r\n".repeat(maxHeaders + 1)}`,
    "the trailers are too many or too large",
  ],
];

for (const [name, stream, reason] of LARGE) {
  Deno.test(`ResponseDecoder refuses ${name}, wherever it is cut`, () => {
    const { failure } = decodeAllWays(stream);
    assertEquals(failure, { reason, kind: "header size" });
  });
}

Deno.test("ResponseDecoder accepts a header of exactly the limits", () => {
  const size = OK.length + "A: \r\n\r\n".length;
  const exact = `${OK}A: ${"b".repeat(maxHeaderSize - size)}\r\n\r\n`;
  assertEquals(decodeAllWays(exact).heads[0]?.status, 200);
  assertEquals(decodeAllWays(exact.replace("b", "bb")).failure?.kind, "header size");
  const many = `${OK}${"A: b\r\n".repeat(maxHeaders)}\r\n`;
  assertEquals(decodeAllWays(many).heads[0]?.fields.length, maxHeaders);
});

Deno.test("ResponseDecoder.endOfStream() tells a complete response from one that is cut off", () => {
  const streams = [
    `${OK}Content-Length: 5\r\n\r\nhello`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n`,
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
  ];
  for (const stream of streams) {
    for (let length = 0; length < stream.length; length++) {
      assertEquals(decodeResponse(stream.slice(0, length)).isComplete, false, `${length}`);
    }
    assert(decodeResponse(stream).isComplete);
  }
  const untilClose = `${OK}\r\n`;
  assertEquals(decodeResponse(untilClose.slice(0, -1)).isComplete, false);
  assert(decodeResponse(untilClose).isComplete);
  assert(decodeResponse(`${untilClose}abc`).isComplete);
});

Deno.test("ResponseDecoder decodes one response after another", () => {
  const decoder = new ResponseDecoder(RESPONSE_LIMITS);
  const chunked = `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 1\r\n\r\n`;
  for (
    const [method, stream, ending] of [
      ["GET", chunked, "end"],
      ["HEAD", `${OK}Content-Length: 3\r\n\r\n`, "end"],
      ["GET", "HTTP/1.1 200 OK\r\nA: \xe4\r\nConnection: close\r\nContent-Le", "more"],
      ["GET", `${OK}Content-Length: 0\r\n\r\n`, "end"],
    ] as const
  ) {
    decoder.begin(method);
    let pending = bytesOf(stream);
    let decoded = decoder.decode(pending);
    while (typeof decoded !== "string") {
      assert(!("keepAlive" in decoded) || decoded.keepAlive);
      pending = pending.subarray(decoder.consumed);
      decoded = decoder.decode(pending);
    }
    assertEquals(decoded, ending);
    assertEquals(decoder.trailers, stream === chunked ? [["x-sum", "1"]] : []);
    assertEquals(decoder.decode(bytesOf("x")), ending === "end" ? "end" : "more");
  }
});

Deno.test("ResponseDecoder decodes a head like the last one as if it were the first", () => {
  const head = `${OK}A: b\r\nContent-Length: 1\r\n\r\n`;
  const others = [head.replace("1\r\n\r\n", "2\r\n\r\n"), head.replace("A: b", "A: c"), head];
  for (const other of [...others, `${OK}A: ${"b".repeat(600)}\r\n\r\n`]) {
    const decoder = new ResponseDecoder(WIDE);
    for (const [method, text] of [["GET", head], ["GET", other], ["HEAD", other], ["GET", head]]) {
      for (let cut = 0; cut < head.length; cut++) {
        decoder.begin(method as string);
        assertEquals(decoder.decode(bytesOf(text as string).subarray(0, cut)), "more");
        const decoded = decoder.decode(bytesOf(`${text}x`));
        const fresh = decodeResponse(text as string, [], method, WIDE);
        assertEquals(decoded, fresh.heads[0]);
        assertEquals(decoder.consumed, text?.length);
      }
    }
  }
});

Deno.test("ResponseDecoder throws only MalformedResponseError at what is mutated, the same way cut", () => {
  const random = new Random(3);
  const streams = BODIES.map(([, , stream]) => stream);
  for (let i = 0; i < 3_000; i++) {
    let text = streams[random.below(streams.length)] as string;
    for (let edits = 1 + random.below(3); edits > 0; edits--) {
      const at = random.below(text.length);
      const inserted = ["", "\r", "\n", "\0", " ", ":", ",", "1", "\xff", "\r\n"];
      text = text.slice(0, at) + inserted[random.below(inserted.length)] +
        text.slice(at + random.below(3));
    }
    const cuts = Array.from({ length: 3 }, () => random.below(text.length + 1)).sort((a, b) =>
      a - b
    );
    assertEquals(decodeResponse(text, cuts), decodeResponse(text), JSON.stringify(text));
  }
});

Deno.test("MalformedResponseError says what is wrong", () => {
  const decoder = new ResponseDecoder(RESPONSE_LIMITS);
  decoder.begin("GET");
  const message = "Cannot read the response: it does not begin with an HTTP/1 version";
  assertThrows(() => decoder.decode(bytesOf("x")), MalformedResponseError, message);
});
