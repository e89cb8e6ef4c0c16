import type { LogRecord } from "@logtape/logtape";

/** How deep objects are flattened; what lies deeper is written as JSON. */
const MAX_DEPTH = 4;

/** Takes an attribute whose value `JSON.stringify` accepts without throwing. */
export type Emit = (name: string, value: unknown) => void;

/**
 * Hands a record's properties over as flat attributes: nested objects under
 * dotted names, errors as `exception.*`.
 *
 * @param stacks Whether an error has its stack trace below the level error too.
 */
export function eachAttribute(
  record: LogRecord,
  stacks: boolean,
  emit: Emit,
): void {
  const withStack = stacks || record.level === "error" ||
    record.level === "fatal";
  let exceptions = 0;
  function flatten(name: string, value: unknown, depth: number): void {
    switch (typeof value) {
      case "undefined":
        return;
      case "string":
      case "boolean":
        return emit(name, value);
      case "number":
        // JSON would make null of what is not finite.
        return emit(name, Number.isFinite(value) ? value : String(value));
      case "object":
        break;
      default:
        return emit(name, String(value));
    }
    if (value instanceof Error) {
      emitException(
        exceptions++ === 0 ? "exception" : `${name}.exception`,
        value,
        withStack,
        emit,
      );
    } else if (ArrayBuffer.isView(value)) {
      emit(name, `<${value.byteLength} bytes>`);
    } else if (
      value === null || value instanceof Date || Array.isArray(value) ||
      depth === MAX_DEPTH
    ) {
      emit(name, plainCopy(value));
    } else {
      for (const [key, inner] of Object.entries(value)) {
        flatten(`${name}.${key}`, inner, depth + 1);
      }
    }
  }
  const properties = record.properties;
  for (const name in properties) flatten(name, properties[name], 1);
}

function emitException(
  prefix: string,
  error: Error,
  withStack: boolean,
  emit: Emit,
): void {
  emit(`${prefix}.type`, String(error.name));
  emit(`${prefix}.message`, String(error.message));
  if (error.cause instanceof Error) {
    emit(`${prefix}.cause`, `${error.cause.name}: ${error.cause.message}`);
  }
  if (withStack && error.stack !== undefined) {
    emit(`${prefix}.stacktrace`, error.stack);
  }
}

/** The value as JSON knows it: what users log may be circular or have a `toJSON` that throws. */
export function plainCopy(value: unknown): unknown {
  try {
    const json = JSON.stringify(
      value,
      (_, inner) => typeof inner === "bigint" ? String(inner) : inner,
    );
    return JSON.parse(json);
  } catch {
    return "<not serializable>";
  }
}
