import { startTarget } from "./target.ts";

/** Milliseconds from starting a server to its first line, which says that it listens. */
export async function measureStart(command: readonly string[]): Promise<number> {
  const start = performance.now();
  await using _target = await startTarget(command);
  return performance.now() - start;
}
