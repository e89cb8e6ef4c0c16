import { currentWork, followWork, type Work } from "../base/current_work.ts";
import { traceAttributes } from "../base/trace_ids.ts";
import { type Logger, type LogMethod, resolved } from "./logger.ts";

/**
 * Names, as attributes of a record, the worker and the request or connection that the
 * calling code works for, and from now on follows all that begins.
 *
 * @param worker The number of the worker, where nothing is known of the work.
 */
export function workAttributes(worker: number): Record<string, unknown> {
  followWork();
  return attributesOf(currentWork(), worker);
}

function attributesOf(work: Work | null, worker: number): Record<string, unknown> {
  if (work === null) return { "sluice.worker": worker };
  return {
    // The ids of connections begin with the number of their worker.
    "sluice.worker": work.worker ?? Number.parseInt(work.id),
    [`sluice.${work.kind ?? "connection"}.id`]: work.id,
    ...traceAttributes(work.span ?? null),
  };
}

/** A log whose records have the attributes of {@linkcode workAttributes}, unless they bring their own. */
export function workLogger(log: Logger, worker: number): Logger {
  const at = (level: Exclude<keyof Logger, "getChild">): LogMethod => (message, given) =>
    log[level](message, () => joined(workAttributes(worker), resolved(given)));
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    getChild: (name) => workLogger(log.getChild(name), worker),
  };
}

/** Adds properties to attributes, without calling getters: those of a handler may throw. */
function joined(
  attributes: Record<string, unknown>,
  given: Record<string, unknown>,
): Record<string, unknown> {
  try {
    return Object.defineProperties(attributes, Object.getOwnPropertyDescriptors(given));
  } catch { // The traps of a proxy throw, which the log itself tells.
    return given;
  }
}
