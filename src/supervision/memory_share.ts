/** The memory at which a worker is replaced if nobody has set a limit, but a container has one. */
import type { Plan } from "../modes/mode.ts";

/** The part of the container's memory that workers share; the kernel needs the rest for files and sockets. */
const SHARED = 0.9;

/**
 * Shares below which there is no such limit: a healthy worker may need as much. A process that serves
 * HTTP has 90 to 150 MB resident, of which most are pages of the program that all share.
 */
const LEAST = { thread: 128 * 1024 ** 2, process: 192 * 1024 ** 2 } as const;

/**
 * The share of a worker in the memory of the container, in bytes. The main thread, and a replacement
 * that starts, count as one more worker.
 *
 * @param memory The limit of the container; null without one.
 * @returns null if there is no limit, a share is too small to tell a leak from a healthy worker, or
 * the lanes run on the main thread, where none can be replaced.
 */
export function memoryShare({ place, lanes }: Plan, memory: number | null): number | null {
  if (memory === null || place === "here") return null;
  const share = Math.floor(memory * SHARED / (lanes.max + 1));
  return share < LEAST[place] ? null : share;
}
