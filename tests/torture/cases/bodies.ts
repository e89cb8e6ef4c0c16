import type { Shape, Theme } from "../case.ts";
import { cutOff, fails, fine, NO_RESPONSE, refuses, TIMES_OUT } from "../outcomes.ts";

const FETCH: readonly Shape[] = ["fetch"];
const ROUTES: readonly Shape[] = ["routes"];

/** A Response whose body is a stream, made of the members of an underlying source. */
const stream = (source: string, init = "") =>
  `return new Response(new ReadableStream({ ${source} })${init});`;
const encode = (text: string) => `new TextEncoder().encode("${text}")`;
const started = `start(controller) { controller.enqueue(${encode("part")}); },`;
const PART = `200 "part", cut off`;
const cut = (does: string, source: string, error: string, answer = PART, why?: string) => ({
  does,
  code: stream(source),
  shapes: FETCH,
  outcome: cutOff(answer, error, why),
});
const whole = (does: string, code: string, answer: string, shapes = FETCH) => ({
  does,
  code,
  shapes,
  outcome: fine(answer),
});
const lengthInit = (length: number) => `, { headers: { "content-length": "${length}" } }`;

export const BODIES: Theme = {
  title: "Response bodies",
  text:
    `Until the head is sent, a body that fails becomes a 500. After that, the response is cut off, so that the client does not take it for complete, and the connection is closed; that of a client of HTTP/1.0, for which this might be the end of the body, is reset.`,
  deeds: [
    ...[
      ["a string", `"text"`, "a string"],
      ["a number", "1", "a number"],
      ["null", "null", "null"],
      ["undefined", "undefined", "undefined"],
      ["an ArrayBuffer", "new ArrayBuffer(3)", "an instance of ArrayBuffer"],
      ["a DataView", "new DataView(new ArrayBuffer(3))", "an instance of DataView"],
      ["a Blob", "new Blob(['x'])", "an instance of Blob"],
    ].map(([what = "", code = "", kind = ""]) => ({
      does: `streams ${what}`,
      code: stream(`start(controller) { controller.enqueue(${code}); controller.close(); }`),
      shapes: FETCH,
      outcome: refuses(
        `TypeError: Cannot respond: the body yielded ${kind}, expected a Uint8Array`,
      ),
    })),
    cut(
      "streams a string after bytes",
      `async start(controller) { controller.enqueue(${
        encode("part")
      }); await 0; controller.enqueue("text"); controller.close(); }`,
      "TypeError: Cannot respond: the body yielded a string",
      PART,
      NO_RESPONSE,
    ),
    {
      does: "streams an error at once",
      code: stream(`start(controller) { controller.error(new Error("at once")); }`),
      shapes: FETCH,
      outcome: fails("Error: at once"),
    },
    {
      does: "throws in a stream's start",
      code: stream(`start() { throw new Error("in start"); }`),
      shapes: FETCH,
      outcome: fails("Error: in start"),
    },
    {
      does: "rejects in a stream's start",
      code: stream(`async start() { throw new Error("in start"); }`),
      shapes: FETCH,
      outcome: fails("Error: in start"),
    },
    {
      does: "throws in a stream's first pull",
      code: stream(`pull() { throw new Error("in pull"); }`),
      shapes: FETCH,
      outcome: fails("Error: in pull"),
    },
    cut(
      "rejects in a stream's first pull a moment later",
      `async pull() { await new Promise((resolve) => setTimeout(resolve, 5)); throw new Error("in pull"); }`,
      "Error: in pull",
      "200, cut off",
    ),
    cut(
      "throws in a stream's second pull",
      `${started} async pull() { await new Promise((resolve) => setTimeout(resolve, 5)); throw new Error("in pull"); }`,
      "Error: in pull",
    ),
    cut(
      "errors a stream midway",
      `start(controller) { controller.enqueue(${
        encode("part")
      }); setTimeout(() => controller.error(new Error("midway")), 5); }`,
      "Error: midway",
    ),
    cut(
      "errors a stream midway with undefined",
      `start(controller) { controller.enqueue(${
        encode("part")
      }); setTimeout(() => controller.error(), 5); }`,
      "undefined",
    ),
    cut(
      "errors a stream midway with an object whose getters throw",
      `start(controller) { controller.enqueue(${
        encode("part")
      }); setTimeout(() => controller.error({ get message() { throw 1; }, toString() { throw 2; } }), 5); }`,
      "a value of type object that cannot be shown",
    ),
    whole(
      "streams 10,000 empty pieces",
      stream(
        `start(controller) { for (let i = 0; i < 1e4; i++) controller.enqueue(new Uint8Array(0)); controller.enqueue(${
          encode("end")
        }); controller.close(); }`,
      ),
      `200 "end"`,
    ),
    whole(
      "streams a piece of 32 MB",
      stream(
        `start(controller) { controller.enqueue(new Uint8Array(32e6).fill(120)); controller.close(); }`,
      ),
      `200 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."`,
    ),
    {
      does: "streams bytes that it has transferred away",
      code: stream(
        `async start(controller) { const bytes = new Uint8Array(4); controller.enqueue(bytes); structuredClone(bytes.buffer, { transfer: [bytes.buffer] }); controller.close(); }`,
      ),
      shapes: FETCH,
      outcome: refuses("TypeError: Cannot send the body: its bytes were transferred away"),
    },
    whole(
      "streams shared memory",
      stream(
        `start(controller) { controller.enqueue(new Uint8Array(new SharedArrayBuffer(4)).fill(97)); controller.close(); }`,
      ),
      `200 "aaaa"`,
    ),
    whole(
      "changes a piece after it was streamed",
      stream(
        `start(controller) { const bytes = ${
          encode("part")
        }; controller.enqueue(bytes); bytes.fill(120); controller.close(); }`,
      ),
      `200 "xxxx"`,
    ),
    whole(
      "ends a stream late",
      stream(
        `${started} async pull(controller) { await new Promise((resolve) => setTimeout(resolve, 50)); controller.close(); }`,
      ),
      `200 "part"`,
    ),
    whole(
      "closes a stream twice",
      stream(
        `start(controller) { controller.enqueue(${
          encode("part")
        }); controller.close(); try { controller.close(); } catch {} }`,
      ),
      `200 "part"`,
    ),
    whole(
      "throws in a stream's cancel",
      stream(
        `${started} pull(controller) { controller.close(); }, cancel() { throw new Error("in cancel"); }`,
      ),
      `200 "part"`,
    ),
    {
      does: "announces more bytes than it streams",
      code: stream(`${started} pull(controller) { controller.close(); }`, lengthInit(20)),
      shapes: FETCH,
      outcome: fine(`200 "part"`),
    },
    {
      does: "announces fewer bytes than it streams",
      code: stream(
        `${started} pull(controller) { controller.enqueue(${
          encode("more")
        }); controller.close(); }`,
        lengthInit(6),
      ),
      shapes: FETCH,
      outcome: cutOff(
        `200 "part", cut off`,
        "Error: Cannot send the body: found more than the 6 bytes",
      ),
    },
    whole(
      "announces a Content-Length without a body",
      `return new Response(null, { headers: { "content-length": "9" } });`,
      "200",
    ),
    {
      does: "never streams a first piece",
      isAlone: true,
      code: stream(""),
      shapes: FETCH,
      outcome: { ...TIMES_OUT, answer: "200, cut off (silence)" },
    },
    {
      does: "never ends a stream",
      isAlone: true,
      code: stream(started),
      shapes: FETCH,
      outcome: { ...TIMES_OUT, answer: `200 "part", cut off (silence)` },
    },
    {
      does: "never comes back from pull",
      isAlone: true,
      code: stream(`${started} pull() { return new Promise(() => {}); }`),
      shapes: FETCH,
      outcome: { ...TIMES_OUT, answer: `200 "part", cut off (silence)` },
    },
    // Sources of routes.
    ...[
      ["a length of -1", "length: -1"],
      ["a length of NaN", "length: NaN"],
      ["a length of 1.5", "length: 1.5"],
      ["a length of Infinity", "length: Infinity"],
      ["a length of text", `length: "5"`],
      ["a length of 2^53", "length: 2 ** 53"],
    ].map(([what = "", member = ""]) => ({
      does: `returns a source with ${what}`,
      code: `let n = 0; return { body: { ${member}, read: async () => n++ === 0 ? ${
        encode("Hello")
      } : null, close() {} } };`,
      shapes: ROUTES,
      outcome: refuses("TypeError: Cannot send the body"),
    })),
    {
      does: "returns a source that is longer than it says",
      code: `let n = 0; return { body: { length: 7, read: async () => n++ < 2 ? ${
        encode("Hello")
      } : null, close() {} } };`,
      shapes: ROUTES,
      outcome: cutOff(
        `200 "Hello", cut off`,
        "Error: Cannot send the body: found more than the 7 bytes",
      ),
    },
    {
      does: "returns a source that is shorter than it says",
      code: `let n = 0; return { body: { length: 7, read: async () => n++ < 1 ? ${
        encode("Hello")
      } : null, close() {} } };`,
      shapes: ROUTES,
      outcome: cutOff(
        `200 "Hello", cut off`,
        "Error: Cannot send the body: found 5 of the 7 bytes",
      ),
    },
    {
      does: "returns a source whose read throws",
      code:
        `return { body: { length: null, read() { throw new Error("in read"); }, close() {} } };`,
      shapes: ROUTES,
      outcome: cutOff("200, cut off", "Error: in read"),
    },
    {
      does: "returns a source whose read yields a string",
      code: `return { body: { length: null, read: async () => "text", close() {} } };`,
      shapes: ROUTES,
      outcome: cutOff("200, cut off", "TypeError: Cannot send the body", NO_RESPONSE),
    },
    {
      does: "returns a source whose read yields no promise",
      code: `let n = 0; return { body: { length: null, read: () => n++ ? null : ${
        encode("part")
      }, close() {} } };`,
      shapes: ROUTES,
      outcome: fine(`200 "part"`),
    },
    {
      does: "returns a source without read",
      code: `return { body: { length: 5, close() {} } };`,
      shapes: ROUTES,
      outcome: refuses("TypeError: Cannot send the body"),
    },
    {
      does: "returns a source without close",
      code: `let n = 0; return { body: { length: null, read: async () => n++ ? null : ${
        encode("part")
      } } };`,
      shapes: ROUTES,
      outcome: refuses("TypeError: Cannot send the body"),
    },
    {
      does: "returns a source whose close throws",
      code: `let n = 0; return { body: { length: null, read: async () => n++ ? null : ${
        encode("part")
      }, close() { throw new Error("in close"); } } };`,
      shapes: ROUTES,
      outcome: cutOff(`200 "part"`, "Error: in close"),
    },
    {
      does: "returns a source whose close rejects",
      code: `let n = 0; return { body: { length: null, read: async () => n++ ? null : ${
        encode("part")
      }, async close() { throw new Error("in close"); } } };`,
      shapes: ROUTES,
      outcome: cutOff(`200 "part"`, "Error: in close"),
    },
    {
      does: "returns a source that yields undefined",
      code: `return { body: { length: null, read: async () => undefined, close() {} } };`,
      shapes: ROUTES,
      outcome: cutOff("200, cut off", "TypeError: Cannot send the body", NO_RESPONSE),
    },
  ],
};
