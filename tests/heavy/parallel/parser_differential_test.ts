/** The request decoder compared with Node's parser, on valid, unusual and corrupted requests. */
import { assert, assertEquals } from "@std/assert";
import { HttpError } from "../../../src/http/error.ts";
import { decode, type Decoded } from "../../helpers/decoding.ts";
import { bytesOf, describe, escape } from "../../helpers/http_cases.ts";
import { type NodeParsed, NodeParser } from "../../helpers/node_parser.ts";
import { differenceOf } from "../../helpers/parser_difference.ts";
import { Random } from "../../../src/load/random.ts";
import { makeCuts, makeStream } from "../../helpers/request_mutations.ts";
import { testWith } from "../../helpers/tools.ts";

/** Of each kind; more find rarer differences, such as PARSER_STREAMS=100000. */
const STREAMS = Number(Deno.env.get("PARSER_STREAMS") ?? 40_000);
const BATCH = 2_000;
const CUTTINGS = 3;

/** Where the decoder rejects what Node accepts, and why it is stricter. */
const STRICTER: Readonly<Record<string, string>> = {
  "refused: 400 no Host field": "Node's server requires it, but not its parser",
  "refused: 400 more than one Host field": "RFC 9112, 3.2; Node's server takes the first",
  "refused: 400 Host is not a host with an optional port": "RFC 9112, 3.2; Node does not check it",
  "refused: 400 the request target has no valid host": "RFC 9110, 4.2.1; Node hardly checks it",
  "refused: 400 the request target is neither a path nor a URL":
    "not a form of RFC 9112, 3.2 for this server; Node accepts any scheme",
  "refused: 400 the request target has an invalid character":
    "fragments are not sent (RFC 9110, 7.1)",
  "refused: 400 the target * is valid for OPTIONS only": "RFC 9112, 3.2.4",
  "refused: 501 CONNECT is not implemented": "Node leaves it to its user",
  "refused: 400 the request target is empty": "a second space, which RFC 9112, 3 merely tolerates",
  "refused: 400 the request line has no HTTP version": "HTTP/0.9 allows request smuggling",
  "refused: 400 the request line does not end with an HTTP version":
    "the same, or a space after the target",
  "refused: 505 HTTP/N is neither HTTP/N nor HTTP/N": "Node also accepts HTTP/0.9 and HTTP/2.0",
  "refused: 400 the request line is empty": "one empty line is enough (RFC 9112, 2.2)",
  "refused: 400 the method is not a token": "Node ignores bare CR and LF before a request",
  "refused: 400 a line ends without CR": "the same, after an empty line",
  "refused: 400 Content-Length is empty": "Node reports it at the end of the head",
  "refused: 400 more than one Content-Length field": "the same",
  "refused: 400 Transfer-Encoding does not end with chunked":
    "an empty list element, or a parameter, which no honest client sends",
  "refused: 501 Transfer-Encoding has codings other than chunked":
    "Node passes on a body that is still encoded; RFC 9112, 6.1 wants 501",
  "refused: 400 more than one Transfer-Encoding field":
    "a list in several lines, which no honest client sends",
  "refused: 400 Transfer-Encoding in HTTP/N": "RFC 9112, 6.1",
  "refused: 400 a chunk size is followed by something other than extensions":
    "an extension without a name",
  "refused: 400 a chunk size has too many digits": "beyond 2^52; Node counts up to 2^64",
  "refused: 413 the body is larger than N bytes": "a limit that Node does not have",
  "refused: 417 Expect is not N-continue": "RFC 9110, 10.1.1; Node's server does the same",
};

/**
 * Where the decoder accepts what Node rejects, or the two differ: what the stream
 * must contain, and why the decoder is right.
 */
const LAXER: Readonly<Record<string, readonly [has: RegExp, reason: string]>> = {
  "Node refuses: HPE_INVALID_METHOD: Invalid method encountered": [
    /^[^\s"(),/:;<=>?@[\\\]{}]+ /m,
    "methods are tokens (RFC 9110, 9.1), but Node has a fixed list",
  ],
  "Node refuses: HPE_INVALID_METHOD: Expected space after method": [
    /^[^\s"(),/:;<=>?@[\\\]{}]+ /m,
    "the same",
  ],
  "Node refuses: HPE_INVALID_CONSTANT: Invalid method for HTTP/x.x request": [
    /\b(DESCRIBE|SOURCE) /,
    "Node reserves them for RTSP and Icecast",
  ],
  "Node refuses: HPE_INVALID_VERSION: Expected HTTP/2 Connection Preface": [
    /\bPRI /,
    "a token like any other, unless the version is HTTP/2.0",
  ],
  "Node is behind": [/\bPRI /, "the same"],
  "Node refuses: HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length": [
    /Content-Length:[ \t]*\d+[ \t]*\t/i,
    "a tab after a value is whitespace, as a space is (RFC 9110, 5.6.3)",
  ],
  "Node refuses: HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding`": [
    /Transfer-Encoding:[ \t]*chunked[ \t]*\t/i,
    "the same",
  ],
  "another keep-alive of HTTP/1.1": [/Connection:[^\r\n]*\t/i, "the same"],
  "another keep-alive of HTTP/1.0": [
    /Connection:[^\r\n]*(\t|close)/i,
    "the same; and close takes precedence over keep-alive (RFC 9112, 9.3), but not in Node",
  ],
  "Node refuses: HPE_INVALID_CONTENT_LENGTH: Content-Length can't be present with Transfer-Encoding":
    [trailer("Content-Length"), "a trailer does not affect framing (RFC 9110, 6.5.1)"],
  "Node refuses: HPE_INVALID_TRANSFER_ENCODING: Invalid `Transfer-Encoding` header value": [
    trailer("Transfer-Encoding"),
    "the same",
  ],
  "Node refuses: HPE_CLOSED_CONNECTION: Data after `Connection: close`": [
    trailer("Connection"),
    "the same",
  ],
};

/** Matches streams with a trailer of this name. */
function trailer(name: string): RegExp {
  return new RegExp(`\\r\\n0[^\\r\\n]*\\r\\n([^\\r\\n]+\\r\\n)*${name}:`, "i");
}

/** Streams in batches, each with its own seed. */
function* batches(): Iterable<readonly string[]> {
  for (let seed = 0; seed < STREAMS / BATCH; seed++) {
    const random = new Random(seed);
    yield Array.from({ length: BATCH }, () => makeStream(random));
  }
}

function isListed(kind: string, text: string): boolean {
  return kind in STRICTER || LAXER[kind]?.[0].test(text) === true;
}

function report(kind: string, text: string, mine: Decoded, their: NodeParsed): string {
  return [
    `${kind}:`,
    escape(text),
    "The decoder:",
    describe(mine),
    "Node:",
    escape(JSON.stringify(their)),
  ].join("\n");
}

testWith(
  "node",
  `RequestDecoder agrees with Node's parser on ${
    2 * STREAMS
  } streams, except for listed differences`,
  async () => {
    await using node = new NodeParser();
    let [accepted, rejected] = [0, 0];
    for (const texts of batches()) {
      const streams = texts.map(bytesOf);
      const parsing = node.parse(streams);
      const decoded = streams.map((stream) => decode(stream));
      const parsed = await parsing;
      for (const [at, text] of texts.entries()) {
        const [stream, mine, their] = [streams[at], decoded[at], parsed[at]];
        if (!stream || !mine || !their) throw new Error("Node did not answer for all");
        const kind = differenceOf(stream, mine, their);
        if (kind !== null && !isListed(kind, text)) {
          throw new Error(report(kind, text, mine, their));
        }
        if (kind === null && mine.ending instanceof HttpError) rejected++;
        else if (kind === null) accepted++;
      }
    }
    // Agreement to reject everything would prove nothing.
    assert(accepted > STREAMS / 3, `both accept ${accepted} streams`);
    assert(rejected > STREAMS / 5, `both reject ${rejected} streams`);
  },
);

Deno.test(`RequestDecoder decodes ${2 * STREAMS} streams the same way, wherever they are cut`, () => {
  const random = new Random(1);
  for (const texts of batches()) {
    for (const text of texts) {
      const stream = bytesOf(text);
      const whole = JSON.stringify(decode(stream));
      for (let i = 0; i < CUTTINGS; i++) {
        const cuts = makeCuts(random, stream.length);
        const cut = JSON.stringify(decode(stream, cuts));
        if (cut !== whole) assertEquals(cut, whole, `${escape(text)}\ncut at ${cuts}`);
      }
    }
  }
});
