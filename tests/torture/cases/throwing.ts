import { SHAPES, type Theme } from "../case.ts";
import { fails, failsWith, NO_RESPONSE } from "../outcomes.ts";

const UNSHOWABLE = "a value of type object that cannot be shown";

const thrown = (does: string, code: string, error: string) => ({
  does,
  code,
  shapes: SHAPES,
  outcome: fails(error),
});
/** Throws what is no error; `text` is its text. */
const value = (does: string, code: string, text = UNSHOWABLE) => ({
  does,
  code,
  shapes: SHAPES,
  outcome: failsWith(text),
});

export const THROWING: Theme = {
  title: "Throwing",
  text:
    `An error that a handler throws, or that its promise rejects with, is answered with 500 with HTTP, and closes the connection otherwise. The client never sees a message or a stack. The log has the error as \`exception.type\`, \`exception.message\` and \`exception.stacktrace\`, or the text of what is no error, in one line, whatever it contains; the middle of a long text is left out. Without HTTP, the record is \`Connection failed\`.`,
  deeds: [
    thrown("throws an Error", `throw new Error("no");`, "Error: no"),
    value("throws undefined", "throw undefined;", "undefined"),
    value("throws null", "throw null;", "null"),
    value("throws a number", "throw 42;", "42"),
    value("throws a string", `throw "oops";`, "oops"),
    value("throws a symbol", `throw Symbol("s");`, "Symbol(s)"),
    value("throws a bigint", "throw 10n;", "10"),
    value("throws a function", "throw () => 1;", "() => 1"),
    value("throws a plain object", `throw { code: 1 };`, "{ code: 1 }"),
    value("throws an object without a prototype", "throw Object.create(null);"),
    value(
      "throws an object whose toString throws",
      `throw { toString() { throw new Error("from toString"); } };`,
    ),
    value(
      "throws an object whose getters throw",
      `throw Object.defineProperties({}, Object.fromEntries(
        ["name", "message", "stack", "cause", "then", "toString"].map((key) =>
          [key, { get() { throw new Error(key); } }])));`,
    ),
    value(
      "throws a Proxy that throws at every trap",
      `const trap = () => { throw new Error("trap"); };
      throw new Proxy({}, new Proxy({}, { get: () => trap }));`,
      "",
    ),
    value(
      "throws a revoked Proxy",
      `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy;`,
      "",
    ),
    thrown("throws a frozen Error", `throw Object.freeze(new Error("frozen"));`, "Error: frozen"),
    thrown(
      "throws an Error that is its own cause",
      `const error = new Error("cyclic"); error.cause = error; throw error;`,
      "Error: cyclic",
    ),
    value(
      "throws an Error whose name throws",
      `class Bad extends Error { get name() { throw new Error("name"); } }
      throw new Bad("named badly");`,
    ),
    value(
      "throws an Error whose message throws",
      `throw Object.defineProperty(new Error(), "message", { get() { throw 1; } });`,
    ),
    thrown(
      "throws an Error whose stack throws",
      `throw Object.defineProperty(new Error("no stack"), "stack", { get() { throw 1; } });`,
      "Error: no stack",
    ),
    thrown(
      "throws an Error whose cause throws",
      `throw Object.defineProperty(new Error("no cause"), "cause", { get() { throw 1; } });`,
      "Error: no cause",
    ),
    value(
      "throws an Error whose message is a symbol",
      `throw Object.assign(new Error(), { message: Symbol("m"), stack: 7 });`,
    ),
    thrown(
      "throws an Error with a message of 10 MB",
      `throw new Error("x".repeat(10e6));`,
      "Error: xxxxxxxx",
    ),
    thrown(
      "throws an Error whose message has line feeds and escapes",
      `throw new Error('a\\n{"severity":"INFO","message":"forged"}\\r\\n\\x1b[2J\\u2028');`,
      `Error: a\n{"severity"`,
    ),
    thrown(
      "throws an Error whose message has braces",
      `throw new Error("{sluice} {{x}} {");`,
      "Error: {sluice} {{x}} {",
    ),
    thrown("throws half a surrogate pair", `throw new Error("\\ud800");`, "Error: "),
    thrown(
      "throws an AggregateError",
      `throw new AggregateError([new Error("a"), 1], "both");`,
      "AggregateError: both",
    ),
    thrown(
      "throws a DOMException",
      `throw new DOMException("aborted", "AbortError");`,
      "AbortError: aborted",
    ),
    thrown(
      "throws a Deno.errors.BrokenPipe",
      `throw new Deno.errors.BrokenPipe("as if the client had gone");`,
      "BrokenPipe: as if",
    ),
    value("throws a Promise", `throw Promise.resolve(1);`, "[object Promise]"),
    value("throws a Response", `throw new Response("no");`, "[object Response]"),
    thrown("overflows the stack", "(function again() { again(); })();", "RangeError: Maximum call"),
    thrown("throws after an await", `await null; throw new Error("later");`, "Error: later"),
    value("rejects with undefined", "await null; throw undefined;", "undefined"),
    value(
      "rejects with a revoked Proxy",
      `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); await null; throw proxy;`,
      "",
    ),
    thrown(
      "rejects after a timer",
      `await new Promise((resolve) => setTimeout(resolve, 5)); throw new Error("in time");`,
      "Error: in time",
    ),
    thrown(
      "throws a copy of the server's HttpError without fields",
      `throw Object.assign(new Error("x"), { name: "HttpError", reason: "r" });`,
      "",
    ),
    {
      does: "throws a copy of the server's HttpError whose fields break the head",
      code:
        `throw Object.assign(new Error("x"), { name: "HttpError", reason: "r", status: 400, text: "t",
        fields: [["A", "b\\r\\nSet-Cookie: c"]] });`,
      shapes: SHAPES,
      outcome: {
        ...fails(""),
        records: {
          http: [`Request failed: ${NO_RESPONSE} <- TypeError: Cannot send the header field "A"`],
          other: ["Connection failed: the service threw <- "],
        },
      },
    },
    {
      does: "throws an Error that looks like the end of a connection",
      code:
        `throw Object.assign(new Error("x"), { name: "ConnectionError", peer: "client", endedBy: "client" });`,
      shapes: SHAPES,
      outcome: {
        ...fails("ConnectionError: x"),
        records: { http: ["Request failed: the handler threw <- ConnectionError: x"], other: [] },
      },
    },
  ],
};
