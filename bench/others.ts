import { cpuOf, cpuOfTargets, MICROSECONDS_PER_TICK } from "./target.ts";

/**
 * Watches what the machine does beside the measurements, which it may spoil.
 *
 * @returns How many processors other work has kept busy since the call, on average.
 */
export function watchOthers(): () => number {
  const start = performance.now();
  const before = busyWithOthers();
  return () => (busyWithOthers() - before) / 1000 / (performance.now() - start);
}

/** Microseconds of all processors, but for those of the measurements. */
function busyWithOthers(): number {
  const [total = ""] = Deno.readTextFileSync("/proc/stat").split("\n");
  // Of proc(5): user, nice, system; then idle and iowait; then irq, softirq and steal.
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = total
    .split(/\s+/).map(Number);
  const busy = user + nice + system + irq + softirq + steal;
  return busy * MICROSECONDS_PER_TICK - cpuOf(Deno.pid) - cpuOfTargets();
}
