import { MICROSECONDS_PER_TICK } from "../src/bench/processes.ts";
import { cpuOfClients, cpuOfTargets } from "./target.ts";

/** Less time than this the ticks of the system do not tell, in milliseconds. */
const SHORTEST = 100;

/**
 * Watches what the machine does beside the measurements, which it may spoil.
 *
 * @returns How many processors other work has kept busy since the call, on average.
 */
export function watchOthers(): () => number {
  const start = performance.now();
  const before = busyWithOthers();
  return () => {
    const duration = Math.max(SHORTEST, performance.now() - start);
    return (busyWithOthers() - before) / 1000 / duration;
  };
}

/** Microseconds of all processors, but for those of the measurements. */
function busyWithOthers(): number {
  const [total = ""] = Deno.readTextFileSync("/proc/stat").split("\n");
  // Of proc(5): user, nice, system; then idle and iowait; then irq, softirq and steal.
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = total
    .split(/\s+/).map(Number);
  const busy = user + nice + system + irq + softirq + steal;
  return busy * MICROSECONDS_PER_TICK - cpuOfClients() - cpuOfTargets();
}
