/** The workloads that a peer can serve, by what it has to be able to do. */

/** HTTP with one answer, which needs no program. */
export const FIXED_ANSWER = ["http", "churn", "slow-clients"] as const;

/** HTTP with answers that take work, too. */
export const HTTP = [...FIXED_ANSWER, "io", "cpu", "mixed"] as const;

/** Every byte back over TCP. */
export const ECHO = ["echo", "idle", "stream"] as const;

/** Whether a workload is one of {@linkcode ECHO}. */
export function isEcho(workload: string): boolean {
  return (ECHO as readonly string[]).includes(workload);
}
