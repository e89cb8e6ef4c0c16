import type { LogRecord } from "@logtape/logtape";
import { sourceLine } from "../base/source_line.ts";
import { pathOf, placeText, userFrame, withoutOwnFrames } from "../base/stack_frames.ts";
import { wholeCharacters } from "../base/whole_characters.ts";

/** The most characters of a value; an error's message may contain a whole body. */
const MAX_LENGTH = 32 * 1024;
/** The share of its last ones among them, such as the frames of a stack. */
const END_SHARE = 1 / 8;
/** The depth to which objects are flattened; deeper ones are written as JSON. */
const MAX_DEPTH = 4;
/** The most causes of an error that are logged. */
const MAX_CAUSES = 5;

/** Receives one attribute, whose value is safe to pass to `JSON.stringify`. */
export type Emit = (name: string, value: unknown) => void;

/**
 * Flattens a record's properties: nested objects get dotted names, errors become
 * `exception.*`, and the place of the first one in the code of a handler `code.*`.
 *
 * @param stacks Whether errors get stack traces in records below level error, too, and
 * whole ones; otherwise they have the frames of the handler alone.
 * @param emitted Receives the attributes; long texts, and what is long as JSON, shortened.
 */
export function eachAttribute(record: LogRecord, stacks: boolean, emitted: Emit): void {
  const withStack = stacks || record.level === "error" || record.level === "fatal";
  const emit: Emit = (name, value) =>
    emitted(name, typeof value === "string" ? shortened(value) : value);
  let exceptions = 0;
  function flatten(name: string, value: unknown, depth: number): void {
    switch (typeof value) {
      case "undefined":
        return;
      case "string":
      case "boolean":
        return emit(name, value);
      case "number":
        // JSON would write NaN and Infinity as null.
        return emit(name, Number.isFinite(value) ? value : String(value));
      case "object":
        break;
      default:
        return emit(name, String(value));
    }
    if (value instanceof Error) {
      const prefix = exceptions++ === 0 ? "exception" : `${name}.exception`;
      emitException(prefix, value, withStack ? (stacks ? "whole" : "handler") : "none", emit);
    } else if (ArrayBuffer.isView(value)) {
      emit(name, `<${value.byteLength} bytes>`);
    } else if (isPlain(value) || depth === MAX_DEPTH) {
      const json = plainJson(value);
      // A long one is shortened, like any text.
      emit(name, json.length > MAX_LENGTH ? json : JSON.parse(json));
    } else {
      for (const [key, inner] of Object.entries(value)) {
        flatten(`${name}.${key}`, inner, depth + 1);
      }
    }
  }
  const properties = record.properties;
  for (const name in properties) flatten(name, properties[name], 1);
}

/** Shortens a text that would displace other records: replaces its middle. */
export function shortened(text: string, longest = MAX_LENGTH): string {
  if (text.length <= longest) return text;
  const last = longest * END_SHARE;
  const begin = text.slice(0, wholeCharacters(text, longest - last));
  const end = text.slice(wholeCharacters(text, text.length - last));
  return `${begin}... (${text.length} characters) ...${end}`;
}

/** Values that are not flattened. */
function isPlain(value: object | null): value is null | Date | unknown[] {
  return value === null || value instanceof Date || Array.isArray(value);
}

/** Which frames of a stack are logged. */
type Frames = "none" | "handler" | "whole";

function emitException(prefix: string, error: Error, frames: Frames, emit: Emit): void {
  emit(`${prefix}.type`, String(error.name));
  emit(`${prefix}.message`, String(error.message));
  const causes = causesOf(error);
  const texts = causes.flatMap((cause) => readable(() => causeText(cause, frames)) ?? []);
  if (texts.length > 0) emit(`${prefix}.cause`, texts.join("\n"));
  const stack = frames === "none" ? undefined : readable(() => error.stack);
  if (typeof stack !== "string") return;
  if (prefix === "exception") emitPlace(placedStack(stack, causes), emit);
  emit(`${prefix}.stacktrace`, frames === "whole" ? stack : stackOfHandler(stack));
}

/** The cause of an error, or those that it sums up, as `Promise.any` rejects with. */
function causesOf(error: Error): readonly Error[] {
  const cause = readable(() => error.cause);
  if (cause instanceof Error) return [cause];
  const errors = error instanceof AggregateError ? readable(() => error.errors) : [];
  if (!Array.isArray(errors)) return [];
  return errors.slice(0, MAX_CAUSES).filter((one) => one instanceof Error);
}

/** A cause in one line: what, and its place if stacks are logged. */
function causeText(cause: Error, frames: Frames): string {
  const text = `${cause.name}: ${cause.message}`;
  const frame = frames === "none" ? null : userFrame(String(cause.stack));
  return frame === null ? text : `${text} at ${placeText(frame)}`;
}

/** The stack of an error; if it leads to no code of a handler, that of a cause that does. */
function placedStack(stack: string, causes: readonly Error[]): string {
  if (userFrame(stack) !== null) return stack;
  const others = causes.flatMap((cause) => readable(() => String(cause.stack)) ?? []);
  return others.find((other) => userFrame(other) !== null) ?? stack;
}

/** Emits the place in the code of a handler that a stack leads to, if it does. */
export function emitPlace(stack: string, emit: Emit): void {
  const frame = userFrame(stack);
  if (frame === null) return;
  emit("code.file.path", pathOf(frame));
  emit("code.line.number", frame.line);
  emit("code.column.number", frame.column);
  const line = sourceLine(frame);
  if (line !== null) emit("sluice.code.source", line);
}

/** A complaint of the program about what a handler did, as opposed to an error in the program. */
const COMPLAINT = /^(?:Uncaught )?\w*Error: Cannot [^:(\n]+: /;

/** A stack with the frames of the handler alone; whole if the program itself is to blame. */
function stackOfHandler(stack: string): string {
  return userFrame(stack) === null && !COMPLAINT.test(stack) ? stack : withoutOwnFrames(stack);
}

/** A property of a user's error; undefined if its getter throws. */
function readable<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

/** Copies a value through JSON. */
export function plainCopy(value: unknown): unknown {
  return JSON.parse(plainJson(value));
}

/** The JSON of a value. Logged values may be circular, or have a `toJSON` that throws. */
function plainJson(value: unknown): string {
  try {
    const json = JSON.stringify(
      value,
      (_, inner) => typeof inner === "bigint" ? String(inner) : inner,
    );
    // Functions and symbols have no JSON, and neither has undefined.
    return json ?? JSON.stringify(String(value));
  } catch {
    return JSON.stringify("<not serializable>");
  }
}
