/**
 * A key-value store with one command per line. Shows a request handler: it maps a
 * request to a response, and the framing splits the byte stream into requests.
 *
 * Run it:  deno run -A main.ts examples/kv.ts
 * Try it:  nc 127.0.0.1 8000
 *
 *     SET color deep blue    OK
 *     GET color              VALUE deep blue
 *     GET shape              NONE
 *     COUNT                  COUNT 1
 *     DEL color              OK
 *
 * The store is a variable of this module; each thread or process has its own copy.
 */
import type { Handler } from "../src/mod.ts";

/** The longest line in bytes, which also bounds a key and its value. */
const LINE_LIMIT = 4096;
/** The maximum number of keys; together with the line limit, it bounds the memory. */
const MAX_KEYS = 10_000;

const store = new Map<string, string>();

/** The syntax of a command's arguments, and its effect. */
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
        return `ERROR Cannot set the key: the store is full with ${MAX_KEYS} keys`;
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
    return `ERROR Unknown command: expected ${[...COMMANDS.keys()].join(", ")}`;
  }
  const match = command.pattern.exec(rest);
  if (match === null) return `ERROR Malformed command: expected ${command.usage}`;
  const [, key = "", value = ""] = match;
  return command.run(key, value);
}

export default {
  framing: { type: "lines", limit: LINE_LIMIT },
  handle,
  refusal: "ERROR Too many clients\n",
} satisfies Handler;
