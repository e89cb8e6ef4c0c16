/** What real backends parse of valid and corrupted requests that come through the balancer. */
import { assert, assertEquals } from "@std/assert";
import { isomorphic } from "../../../src/http/codec/text.ts";
import { Random } from "../../../src/load/random.ts";
import { startHttpBalancer } from "../../helpers/balancer.ts";
import { type BackendKind, HttpBackend } from "../../helpers/http_backend.ts";
import { bytesOf, escape, readCases } from "../../helpers/http_cases.ts";
import {
  addressOf,
  byStream,
  isOwn,
  objectionTo,
  requestsOf,
  sendStreams,
  STREAM_OPTIONS,
} from "../../helpers/proxied_streams.ts";
import { makeStream } from "../../helpers/request_mutations.ts";
import { testWith } from "../../helpers/tools.ts";

/** How many streams each backend gets, besides the cases of tests/http/cases/. */
const STREAMS: Readonly<Partial<Record<BackendKind, number>>> = {
  node: 6_000,
  nginx: 6_000,
  gunicorn: 3_000,
};

function casesOf(folder: string): readonly Uint8Array[] {
  return readCases(new URL(`../../http/cases/${folder}/`, import.meta.url))
    .map(({ stream }) => stream);
}

/** The cases, and streams from a seed of their own. */
function streamsFor(kind: BackendKind, count: number): readonly Uint8Array[] {
  const random = new Random(kind.charCodeAt(0));
  const mutated = Array.from({ length: count }, () => bytesOf(makeStream(random)));
  return [...casesOf("valid"), ...casesOf("invalid"), ...mutated];
}

for (const [kind, count] of Object.entries(STREAMS) as [BackendKind, number][]) {
  testWith(
    kind,
    `${kind} parses exactly the requests that were sent, of ${count} streams`,
    async () => {
      const streams = streamsFor(kind, count);
      await using backend = await HttpBackend.start(kind);
      await using server = await startHttpBalancer([backend.address], ...STREAM_OPTIONS);
      const received = await sendStreams(server, streams);
      const parsed = await backend.parsed();
      const found = byStream(parsed);

      const wrong: string[] = [];
      let [complete, without] = [0, 0];
      for (const [at, stream] of streams.entries()) {
        const address = addressOf(at);
        const requests = found.get(address) ?? [];
        const expected = requestsOf(stream);
        complete += requests.filter(({ body }) => body !== null).length;
        if (expected.length === 0) without++;
        const text = received[at] ?? null;
        const objection = text === null
          ? "was not answered"
          : isOwn(text, address)
          ? objectionTo(requests, expected, kind)
          : "was answered what was meant for another";
        if (objection !== null) {
          wrong.push(`stream ${at} ${objection}\n${escapeBytes(stream)}\n${escape(text ?? "")}`);
        }
      }
      assertEquals(wrong.slice(0, 5), [], `${wrong.length} are wrong`);
      // Each of them belongs to a stream.
      const addresses = new Set(streams.map((_, at) => addressOf(at)));
      assertEquals([...found.keys()].filter((address) => !addresses.has(address)), []);
      // It would prove nothing if all were refused, or nothing.
      assert(complete > count / 2, `${complete} were complete`);
      assert(without > count / 10, `${without} streams had no request`);
      assertEquals(server.records(({ severity }) => severity === "ERROR"), []);
    },
  );
}

function escapeBytes(stream: Uint8Array): string {
  return escape(isomorphic(stream));
}
