/** The shortest of some timeouts, of which 0 means no limit; 0 if none has a limit. */
export function shortest(timeouts: readonly number[]): number {
  const limits = timeouts.filter((timeout) => timeout > 0);
  return limits.length > 0 ? Math.min(...limits) : 0;
}
