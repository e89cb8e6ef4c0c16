/** What a handler prints with `console`, as records of the log. */
import { withoutOwnFrames } from "../base/stack_frames.ts";
import { sleep } from "../base/timers.ts";
import { emitPlace, shortened } from "./attributes.ts";
import { literal, type Logger } from "./logger.ts";
import { workAttributes } from "./work_logger.ts";

/** Receives formatted text, which ends a line unless more of it follows, and the rank of its level. */
type Print = (text: string, rank: number) => void;
type ConsoleClass = new (print: Print) => Readonly<Record<string, unknown>>;

/** Levels by the runtime's rank: that of `trace` comes last. */
const LEVELS = ["debug", "info", "warn", "error", "info"] as const;

/** The most characters that are logged before the event loop turns: a loop that prints must not fill the memory. */
const LIMIT = 8 * 1024 * 1024;

/** What terminals obey: colours, and movements of the cursor. */
// deno-lint-ignore no-control-regex
const ESCAPES = /\x1b\[[\d;]*[A-Za-z]/g;

let log: Logger | null = null;
let worker = 0;
let held = "";
let printed = 0;
let dropped = 0;

/**
 * From now on, logs what this thread prints with `console`: at its level, with the
 * worker and the request or the connection. The last call decides about the log.
 *
 * @param to The log of the worker that loads a handler next.
 * @returns Undoes the call, unless another one has followed: the worker has not started.
 */
export function captureConsole(to: Logger, lane: number): () => void {
  const before = { log, worker };
  const own = to.getChild("handler");
  log = own;
  worker = lane;
  if (before.log === null) replaceMethods();
  return () => {
    if (before.log !== null && log === own) ({ log, worker } = before);
  };
}

/**
 * Replaces the methods in the console itself, which is also that of `node:console`. The
 * class formats like the runtime, but is not documented: without it, prints go to the
 * standard streams as ever.
 */
function replaceMethods(): void {
  const internals: unknown = Reflect.get(Deno, Reflect.get(Deno, "internal"));
  const { Console } = internals as { Console?: ConsoleClass };
  if (Console === undefined) return;
  for (const [name, method] of Object.entries(new Console(print))) {
    if (typeof method === "function") Object.assign(globalThis.console, { [name]: method });
  }
}

function print(text: string, rank: number): void {
  const plain = held + text.replaceAll(ESCAPES, "");
  if (!plain.endsWith("\n")) {
    held = plain;
    return;
  }
  held = "";
  const message = shortened(withoutOwnFrames(plain.slice(0, -1)));
  if (!isAdmitted(message)) return;
  const level = LEVELS[rank] ?? "info";
  const attributes: Record<string, unknown> = {
    ...workAttributes(worker),
    "log.iostream": rank < 2 ? "stdout" : "stderr",
  };
  // Frameworks such as Hono print the errors that they catch.
  if (level === "error") emitPlace(message, (name, value) => attributes[name] = value);
  log?.[level](literal(message), attributes);
}

function isAdmitted({ length }: string): boolean {
  if (printed === 0) void sleep(1).then(renew);
  printed += length + 1;
  if (printed > LIMIT) dropped++;
  return printed <= LIMIT;
}

function renew(): void {
  printed = 0;
  if (dropped === 0) return;
  log?.warn("A handler prints too much at once: lines dropped", { "sluice.log.dropped": dropped });
  dropped = 0;
}
