import type { Random } from "../../src/load/random.ts";
import { mutate } from "./fuzz.ts";

const ERROR = { name: "Error", message: "no", stack: "at x", exitCode: 78 };
const ADDRESS = { transport: "tcp", hostname: "127.0.0.1", port: 8000 };
const ROW = {
  counters: [1, 2.5, 0, 7],
  open: 3,
  current: 5,
  peer: "127.0.0.1 port 5",
  measures: [0, 1, 38, 2.5],
};

/** A valid message of each type from a lane, a process and a thread. */
export const VALID: readonly [object, ...object[]] = [
  { type: "ready", ready: { addresses: [ADDRESS], refusal: null, sockets: [7] } },
  { type: "failed", error: ERROR },
  { type: "crashed", error: { ...ERROR, exitCode: null } },
  { type: "reuseportFilterSet", done: true },
  { type: "relieving", pid: 1, done: true },
  { type: "stoppedAccepting" },
  { type: "stopped" },
  { type: "pressure" },
  { type: "log", lines: '{"message":"one"}\n{"message":"two"}\n' },
  { type: "access", lines: "::1 - - GET\n" },
  { type: "row", number: 7, row: ROW },
  { type: "dropped", count: 3 },
  { type: "allocate", id: 1, name: "counter", bytes: 8 },
];

const SPLINTERS: readonly [string, ...string[]] = [
  '"',
  ...["{", "}", "[", "]", ",", ":", "null", "true", "1e999", "-1", "0.5", "\\n", "\\u0000"],
  ...['"type":', '"lines":', '"row":', '"stopped"', '"log"', "\n", "\x1e", "{}", "[[[["],
];

/** A message as text: valid JSON or nearly so, on one line. */
export function messageText(random: Random): string {
  const text = JSON.stringify(random.pick(VALID));
  const mutated = random.percent(20) ? text : mutate(random, text, SPLINTERS);
  return mutated.replaceAll("\n", "");
}

type Value = unknown;

/** A value of any type that structured clone can carry, some of them large, deep or cyclic. */
export function oddValue(random: Random): Value {
  const cyclic: Record<string, unknown> = { type: "log" };
  cyclic.lines = cyclic;
  return random.pick<() => Value>([
    () => null,
    () => undefined,
    () => random.below(3) - 1,
    () => random.pick([NaN, Infinity, -0, 2 ** 31, 2 ** 53, 1e300, 0.5]),
    () => BigInt(random.below(1000)),
    () => random.pick(["", "\n", "x", "x\n", "\ud800\n", "tcp", "unix", "__proto__"]),
    () => "x".repeat(random.below(1_000_000)),
    () => [],
    () => Array.from({ length: random.below(200) }, () => random.below(10)),
    () => new Array(1_000_000),
    () => ({}),
    () => cyclic,
    () => new Map([["type", "stopped"]]),
    () => new Set([1]),
    () => new Date(NaN),
    () => /x/,
    () => new Error("x"),
    () => new Float64Array(3),
    () => new SharedArrayBuffer(8),
    () => JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`),
    () => structuredClone(random.pick(VALID)),
  ])();
}

/** A message as a value: valid, or with some of its parts replaced, removed or added. */
export function messageValue(random: Random): Value {
  if (random.percent(15)) return oddValue(random);
  const message = structuredClone(random.pick(VALID));
  while (random.percent(60)) mutateField(random, message);
  return message;
}

function mutateField(random: Random, object: object): void {
  const entries = Object.entries(object);
  const [key, value] = entries[random.below(entries.length)] ?? ["type", null];
  const isPlain = Array.isArray(value) ||
    Object.prototype.toString.call(value) === "[object Object]";
  if (isPlain && random.percent(60)) {
    return mutateField(random, value);
  }
  if (random.percent(15)) Reflect.deleteProperty(object, key);
  else Reflect.set(object, random.percent(85) ? key : "extra", oddValue(random));
}
