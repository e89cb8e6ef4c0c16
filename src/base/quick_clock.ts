import { loadLibrary } from "./c_library.ts";
import { now } from "./clock.ts";
import { isGranted } from "./permissions.ts";

const SYMBOLS = {
  /** clock_gettime(2). */
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
} as const;
const CLOCK_MONOTONIC = 1;

/** Each thread opens it once. */
let opened: (() => number) | null = null;

/**
 * A clock that tells the same time as `performance.now()` at half the price, for what asks twice a
 * request: it calls the C library directly. Without that, or the permission to call it, it is
 * `performance.now()` itself.
 */
export function quickClock(): () => number {
  return opened ??= openClock() ?? now;
}

function openClock(): (() => number) | null {
  if (Deno.build.os !== "linux" || !isGranted({ name: "ffi" })) return null;
  const clock_gettime = loadLibrary(SYMBOLS)?.symbols.clock_gettime;
  if (clock_gettime === undefined) return null;
  // struct timespec: seconds and nanoseconds, of 64 bits each, of which the lower halves suffice.
  const time = new Int32Array(4);
  const bytes = new Uint8Array(time.buffer);
  const read = () => {
    clock_gettime(CLOCK_MONOTONIC, bytes);
    return (time[0] as number) * 1000 + (time[2] as number) / 1e6;
  };
  // Both go on at the same rate, from different beginnings.
  const difference = now() - read();
  return () => read() + difference;
}
