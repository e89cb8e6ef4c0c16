import { cpuClock } from "../../base/cpu_clock.ts";
import { HttpError } from "../../http/error.ts";
import type { HttpRequest } from "../../http/message.ts";
import type { RouteHandler } from "../../http/routes/routes.ts";
import { printable } from "../../base/printable.ts";
import { formatDuration, parseDuration } from "../../settings/units.ts";
import type { Fault } from "./fault.ts";
import { pause } from "./pause.ts";

/** The longest work of either kind, in milliseconds. */
const MAX_WORK = 60_000;
/** The longest fault, in milliseconds. */
const MAX_FAULT = 600_000;
/** Iterations between two readings of the clock, about 10 µs: each is a system call. */
const ROUND = 10_000;
/** The most characters of an invalid value to quote. */
const FOUND_LIMIT = 40;

/**
 * Loads the server: `?cpu_ms=5&io_ms=20` uses 5 ms of CPU time, which takes longer
 * if threads share a processor, then waits for 20 ms.
 *
 * @throws {HttpError} 400 if either is not a whole number from 0 to 60000.
 */
export async function work(request: HttpRequest): Promise<string> {
  const query = new URLSearchParams(request.query);
  const cpu = workOf(query, "cpu_ms");
  const io = workOf(query, "io_ms");
  burn(cpu);
  if (io > 0) await pause(io, request.signal);
  return `Worked ${cpu} ms, waited ${io} ms`;
}

/**
 * Makes a service fail: `?for=10s` makes it throw for that time, and `&how=hang`
 * makes it hang instead.
 *
 * @throws {HttpError} 400 if the duration is missing or too long, or `how` is unknown.
 */
export function failRoute(name: string, fault: Fault): RouteHandler {
  return async (request) => {
    const query = new URLSearchParams(request.query);
    const duration = parseDuration(query.get("for") ?? "");
    if (duration === null || duration > MAX_FAULT) {
      throw wrong(query, "for", `a duration up to ${formatDuration(MAX_FAULT)}, such as 10s`);
    }
    const how = query.get("how") ?? "error";
    if (how !== "error" && how !== "hang") throw wrong(query, "how", `"error" or "hang"`);
    await fault.begin(how, duration);
    return `${name} ${how === "hang" ? "hangs" : "fails"} for ${formatDuration(duration)}`;
  };
}

function workOf(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? "0";
  if (/^\d{1,5}$/.test(text) && Number(text) <= MAX_WORK) return Number(text);
  throw wrong(query, name, `a whole number of milliseconds from 0 to ${MAX_WORK}`);
}

function burn(milliseconds: number): void {
  if (milliseconds === 0) return;
  const clock = cpuClock();
  let sum = 0;
  for (const end = clock() + milliseconds; clock() < end;) {
    for (let i = 0; i < ROUND; i++) sum = Math.imul(sum + i, 31);
  }
}

function wrong(query: URLSearchParams, name: string, expected: string): HttpError {
  const value = query.get(name);
  const found = value === null ? "none" : `"${printable(value, FOUND_LIMIT)}"`;
  return new HttpError(
    400,
    `Cannot use "${name}" of the query: found ${found}, expected ${expected}`,
  );
}
