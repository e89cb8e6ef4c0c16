import { assertEquals } from "@std/assert";
import { ChunkedBody } from "../../../src/http/codec/body_decoder.ts";
import { HttpError } from "../../../src/http/error.ts";
import { RequestDecoder } from "../../../src/http/codec/request_decoder.ts";
import type { Field } from "../../../src/http/message.ts";
import { decode, type Decoded, WIDE } from "../../helpers/decoding.ts";
import { bytesOf, describe, escape, type HttpCase, readCases } from "../../helpers/http_cases.ts";
import { Random } from "../../../src/load/random.ts";
import { makeRequest } from "../../helpers/request_generator.ts";
import { makeCuts, makeStream } from "../../helpers/request_mutations.ts";

const STREAMS = 2_000;

/** Decodes the stream whole, byte by byte, and cut in two at every position. */
function* decodeEachWay({ stream, limits }: HttpCase): Iterable<[way: string, Decoded]> {
  yield ["whole", decode(stream, [], limits)];
  yield ["byte by byte", decode(stream, Array.from(stream.keys()), limits)];
  for (const cut of stream.keys()) yield [`cut at ${cut}`, decode(stream, [cut], limits)];
}

for (const [kind, verb] of [["valid", "accepts"], ["invalid", "rejects"]] as const) {
  const cases = readCases(new URL(`../cases/${kind}/`, import.meta.url));
  for (const [section, ofSection] of Map.groupBy(cases, ({ section }) => section)) {
    Deno.test(`RequestDecoder ${verb} ${kind} requests (${section})`, async (t) => {
      for (const one of ofSection) {
        await t.step(one.title, () => {
          for (const [way, decoded] of decodeEachWay(one)) {
            assertEquals(describe(decoded), one.expected, way);
            assertEquals(decoded.ending instanceof HttpError, kind === "invalid", way);
          }
        });
      }
    });
  }
}

Deno.test("RequestDecoder decodes generated valid requests, wherever they are cut", () => {
  const random = new Random(1);
  for (let i = 0; i < STREAMS; i++) {
    const requests = Array.from({ length: 1 + random.below(5) }, () => makeRequest(random));
    const stream = bytesOf(requests.join(""));
    const whole = decode(stream);
    assertEquals([whole.requests.length, whole.ending], [requests.length, "between"]);
    const cuts = makeCuts(random, stream.length);
    assertEquals(decode(stream, cuts), whole, `${escape(requests.join(""))}\ncut at ${cuts}`);
  }
});

Deno.test("RequestDecoder decodes a corrupted stream the same way, wherever it is cut", () => {
  const random = new Random(2);
  for (let i = 0; i < STREAMS; i++) {
    const text = makeStream(random);
    const stream = bytesOf(text);
    const cuts = makeCuts(random, stream.length);
    const [cut, whole] = [decode(stream, cuts), decode(stream)].map(describe);
    assertEquals(cut, whole, `${escape(text)}\ncut at ${cuts}`);
  }
});

Deno.test("ChunkedBody joins the content of small chunks that arrive together", () => {
  const body = new ChunkedBody(WIDE);
  const bytes = bytesOf("1\r\na\r\n2;x\r\nbc\r\n1\r\nd\r\n3\r\ne");
  assertEquals(body.decode(bytes), bytesOf("abcde"));
  assertEquals(body.consumed, bytes.length);
  const last = bytesOf("fg\r\n0\r\n\r\nGET");
  assertEquals(body.decode(last), bytesOf("fg"));
  assertEquals(body.decode(last.subarray(body.consumed)), "end");
  assertEquals(last.subarray(-3), bytesOf("GET"));
});

Deno.test("RequestDecoder gives trailers after their request, and none after the next", () => {
  const decoder = new RequestDecoder(WIDE);
  const first = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
    "1\r\na\r\n0\r\nX-Sum: \t\xe4 \r\nX-SUM:\r\n\r\n";
  const second = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nb";
  let pending = bytesOf(first + second);
  const seen: (readonly Field[])[] = [];
  for (;;) {
    const decoded = decoder.decode(pending);
    seen.push(decoder.trailers);
    if (decoded === "more") break;
    pending = pending.subarray(decoder.consumed);
  }
  const trailers = [["x-sum", "\xe4"], ["x-sum", ""]] as const;
  // Head, content and end of each, and a call for more.
  assertEquals(seen, [[], [], trailers, [], [], [], []]);
});
