/** The workloads that a peer can serve, by what it is able to do. */

/** HTTP with one fixed response, which needs no program. */
export const FIXED_RESPONSE = ["http", "churn", "slow-clients"] as const;

/** HTTP, also with responses that take work. */
export const HTTP = [...FIXED_RESPONSE, "io", "cpu", "mixed"] as const;

/** Echo over TCP. */
export const ECHO = ["echo", "idle", "stream"] as const;

/** Whether a workload is one of {@linkcode ECHO}. */
export function isEcho(workload: string): boolean {
  return (ECHO as readonly string[]).includes(workload);
}
