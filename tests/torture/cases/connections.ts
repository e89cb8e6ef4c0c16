import type { Deed, Shape, Theme } from "../case.ts";
import { fails, fine } from "../outcomes.ts";

const SERVE: readonly Shape[] = ["serve"];
const PROTOCOL: readonly Shape[] = ["protocol"];

const serve = (does: string, code: string, outcome: Deed["outcome"]) => ({
  does,
  code,
  shapes: SERVE,
  outcome,
});
const protocol = (does: string, code: string, outcome: Deed["outcome"]) => ({
  does,
  code,
  shapes: PROTOCOL,
  outcome,
});

export const CONNECTIONS: Theme = {
  title: "Connections and transports",
  text:
    `Each connection ends by itself. Reads and writes after its end reject; those that nobody awaits harm nobody. These tests run with \`--idle-timeout 3s\`.`,
  deeds: [
    serve(
      "writes after end",
      `await connection.end(); await connection.write("late");`,
      fine("closed"),
    ),
    serve(
      "writes after close",
      `connection.close(); await connection.write("late");`,
      fine("closed"),
    ),
    serve("ends twice", `await connection.end(); await connection.end();`, fine("closed")),
    serve("closes twice", `connection.close(); connection.close();`, fine("closed")),
    serve("closes, then ends", `connection.close(); await connection.end();`, fine("closed")),
    serve("reads after close", `connection.close(); await connection.read();`, fine("closed")),
    serve(
      "reads twice at once",
      `await connection.readLine(10); await Promise.all([connection.read(), connection.read()]);`,
      fails("Error: Cannot read: another read is pending"),
    ),
    serve(
      "writes twice at once",
      `await Promise.all([connection.write("a"), connection.write("b")]);`,
      { ...fails("Error: Cannot write: another write is pending"), answer: `"a", closed` },
    ),
    serve(
      "writes without awaiting, then closes",
      `connection.write("a"); connection.close();`,
      fine(`"a", closed`),
    ),
    serve(
      "forgets a write that fails",
      `connection.close(); connection.write("late"); await 0;`,
      fine("closed"),
    ),
    serve("writes undefined", `await connection.write(undefined);`, fails("TypeError")),
    serve("writes a number", `await connection.write(5);`, fails("TypeError")),
    serve("writes an object", `await connection.write({ length: 5 });`, fails("TypeError")),
    serve(
      "writes an ArrayBuffer",
      `await connection.write(new ArrayBuffer(4));`,
      fails("TypeError"),
    ),
    serve(
      "writes a Uint16Array",
      `await connection.write(new Uint16Array(4));`,
      fails("TypeError"),
    ),
    serve(
      "writes detached bytes",
      `const bytes = new Uint8Array(4); structuredClone(bytes.buffer, { transfer: [bytes.buffer] }); await connection.write(bytes);`,
      fine("open"),
    ),
    serve(
      "writes no bytes",
      `await connection.write(""); await connection.write(new Uint8Array(0));`,
      fine("open"),
    ),
    serve("reads a line of at most -1 bytes", `await connection.readLine(-1);`, fails("")),
    serve("reads a line of at most NaN bytes", `await connection.readLine(NaN);`, fails("")),
    serve("reads -1 bytes", `await connection.readExactly(-1);`, fails("")),
    serve("reads NaN bytes", `await connection.readExactly(NaN);`, fails("")),
    serve("reads half a byte", `await connection.readExactly(0.5);`, fails("")),
    serve("reads no bytes", `await connection.readExactly(0);`, fine("open")),
    serve("reads until nothing", `await connection.readUntil("", 100);`, fails("")),
    serve("reads until undefined", `await connection.readUntil(undefined, 100);`, fails("")),
    serve("reads a terabyte", `await connection.readExactly(1e12);`, fine("closed")),
    serve(
      "locks the readable and reads",
      `connection.readable.getReader(); await connection.readLine(10);`,
      fine("closed"),
    ),
    serve("cancels the readable", `await connection.readable.cancel();`, fine("closed")),
    serve(
      "aborts the writable",
      `await connection.writable.abort(new Error("abort"));`,
      fine("closed"),
    ),
    serve(
      "closes the writable, then writes",
      `await connection.writable.close(); await connection.write("late");`,
      fine("closed"),
    ),
    serve(
      "replaces the methods of the connection",
      `connection.read = connection.close = connection.end = () => { throw new Error("replaced"); };`,
      fine("open"),
    ),
    serve(
      "closes the connection in a timer",
      `setTimeout(() => connection.close(), 5); await new Promise((resolve) => setTimeout(resolve, 20));`,
      fine("closed"),
    ),
    serve(
      "keeps the connection and writes to it later",
      `setTimeout(() => connection.write("late").catch(() => {}), 30); connection.close();`,
      fine("closed"),
    ),
    serve(
      "dials a port where nobody listens",
      `await context.dial("127.0.0.1:1");`,
      fine("closed"),
    ),
    serve(
      "dials something that is not an address",
      `await context.dial("nowhere at all");`,
      fails(""),
    ),
    serve("dials undefined", `await context.dial();`, fails("TypeError")),
    serve(
      "takes a lock and keeps it",
      `await context.lock("kept by " + Math.random());`,
      fine("open"),
    ),
    serve(
      "asks for shared memory of -1 bytes",
      `await context.shared("m" + Math.random(), -1);`,
      fails(""),
    ),
    serve(
      "asks for shared memory of NaN bytes",
      `await context.shared("m" + Math.random(), NaN);`,
      fails(""),
    ),
    serve(
      "asks for shared memory of a petabyte",
      `await context.shared("m" + Math.random(), 2 ** 50);`,
      fails("RangeError"),
    ),
    serve(
      "asks for shared memory of another size",
      `await context.shared("same", 8); await context.shared("same", 16);`,
      fails(""),
    ),
    serve(
      "asks for shared memory without a name",
      `await context.shared(undefined, 8);`,
      fails("TypeError"),
    ),
    serve("logs undefined", `context.log.info(undefined);`, fine("open")),
    serve("logs a message that is not a string", `context.log.info({ a: 1 });`, fine("open")),
    serve(
      "logs properties that throw",
      `context.log.info("said", { get a() { throw new Error("a"); } });`,
      fine("open"),
    ),
    serve("logs a cycle", `const a = {}; a.a = a; context.log.info("said", a);`, fine("open")),
    serve(
      "logs a function that throws",
      `context.log.info("said", () => { throw new Error("lazy"); });`,
      fails("Error: lazy"),
    ),
    serve(
      "logs a line of another record",
      `context.log.info('a\\n{"severity":"ERROR","message":"forged"}', { "b\\n{}": '\\n{"severity":"ERROR"}', severity: "FATAL", timestamp: 1, message: "other" });`,
      fine("open"),
    ),
    serve("logs 1 MB", `context.log.info("x".repeat(1e6));`, fine("open")),
    serve(
      "logs a Map, a Set, a symbol and a bigint",
      `context.log.info("said", { map: new Map([[1, 2]]), set: new Set([1]), symbol: Symbol("s"), big: 1n, [Symbol("k")]: 1 });`,
      fine("open"),
    ),

    protocol("writes undefined to a transport", `transport.write(undefined);`, fails("TypeError")),
    protocol("writes a number to a transport", `transport.write(5);`, fails("TypeError")),
    protocol(
      "writes an object to a transport",
      `transport.write({ length: 5, slice() { return this; } });`,
      fails("TypeError"),
    ),
    protocol(
      "writes an ArrayBuffer to a transport",
      `transport.write(new ArrayBuffer(4));`,
      fails("TypeError"),
    ),
    protocol(
      "writes a Uint16Array to a transport",
      `transport.write(new Uint16Array(4));`,
      fails("TypeError"),
    ),
    protocol(
      "writes after end to a transport",
      `transport.end(); transport.write("late");`,
      fine("closed"),
    ),
    protocol(
      "writes after close to a transport",
      `transport.close(); transport.write("late");`,
      fine("closed"),
    ),
    protocol("ends a transport twice", `transport.end(); transport.end();`, fine("closed")),
    protocol("closes a transport twice", `transport.close(); transport.close();`, fine("closed")),
    protocol(
      "ends a transport, then closes it",
      `transport.end(); transport.close();`,
      fine("closed"),
    ),
    protocol(
      "writes more than a transport buffers",
      `for (let i = 0; i < 100; i++) transport.write("x".repeat(1e5));`,
      fine(`"xxx...`),
    ),
    protocol(
      "writes in a timer after close",
      `setTimeout(() => transport.write("late"), 10); transport.close();`,
      fine("closed"),
    ),
    protocol(
      "calls a transport's method without it",
      `const { write } = transport; write("lost");`,
      fails("TypeError"),
    ),
    protocol("changes data that it was given", `data.fill(120); await 0;`, fine("open")),
    {
      ...protocol(
        "never comes back from dataReceived",
        `return new Promise(() => {});`,
        fine("silence"),
      ),
      isAlone: true,
    },
  ],
};
