/**
 * A key-value store: a command in a line, its answer in a line.
 *
 * Run it:  deno run -A main.ts --handler examples/kv.ts
 * Try it:  nc 127.0.0.1 8000
 *
 *     SET color deep blue    OK
 *     GET color              VALUE deep blue
 *     GET shape              NONE
 *     COUNT                  COUNT 1
 *     DEL color              OK
 *
 * A request handler: it knows nothing of sockets, the framing does. The store
 * is this module's memory; each thread or process that serves has its own.
 */
import type { Handler } from "../src/mod.ts";

/** The most bytes of a line, which is also the most of a key and its value. */
const LINE_LIMIT = 4096;
/** The most keys: with the limit of a line, this bounds the memory. */
const MAX_KEYS = 10_000;

const store = new Map<string, string>();

/** How a command is written, and what it does. */
interface Command {
  readonly usage: string;
  readonly pattern: RegExp;
  run(key: string, value: string): string;
}

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["GET", {
    usage: "GET key",
    pattern: /^(\S+)$/,
    run(key) {
      const value = store.get(key);
      return value === undefined ? "NONE" : `VALUE ${value}`;
    },
  }],
  ["SET", {
    usage: "SET key value",
    pattern: /^(\S+) (.*)$/,
    run(key, value) {
      if (store.size >= MAX_KEYS && !store.has(key)) {
        return `ERROR Cannot set the key: found ${MAX_KEYS} keys, which is the most`;
      }
      store.set(key, value);
      return "OK";
    },
  }],
  ["DEL", {
    usage: "DEL key",
    pattern: /^(\S+)$/,
    run: (key) => store.delete(key) ? "OK" : "NONE",
  }],
  ["COUNT", {
    usage: "COUNT",
    pattern: /^$/,
    run: () => `COUNT ${store.size}`,
  }],
]);

function handle(line: string): string {
  const [, name = "", rest = ""] = /^(\S*) ?(.*)$/.exec(line) ?? [];
  const command = COMMANDS.get(name.toUpperCase());
  if (command === undefined) {
    return `ERROR Unknown command: wanted ${[...COMMANDS.keys()].join(", ")}`;
  }
  const match = command.pattern.exec(rest);
  if (match === null) return `ERROR Malformed command: wanted ${command.usage}`;
  const [, key = "", value = ""] = match;
  return command.run(key, value);
}

export default {
  framing: { type: "lines", limit: LINE_LIMIT },
  handle,
  refusal: "ERROR Too many clients\n",
} satisfies Handler;
