/** Workers that are not ready within `--start-timeout`. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { launchServer, type Server } from "./server.ts";
import { until } from "./until.ts";

/** Longer than a worker takes to start, even on a busy machine. */
export const SIX_SECONDS = ["--start-timeout", "6s"];

/** Modules that never finish loading, and what is said about them. */
export const WAITS = {
  source: "await new Promise(() => {}); export default { serve() {} };",
  says: "the handler waits for a promise: expected its top-level await and its start() to settle",
};
export const IS_A_PROMISE = {
  source: "export function then() {} export default { serve() {} };",
  says: WAITS.says,
};
export const WAITS_IN_START = {
  source: "export default { serve() {}, start: () => new Promise(() => {}) };",
  says: WAITS.says,
};
export const LOOPS = {
  source: "for (;;); export default { serve() {} };",
  says: "the handler blocks its worker: expected the code of its modules to return",
};

/** Starts a server, and expects that it ends with 70 and says why. */
export async function failsToStart(args: readonly string[], says: string): Promise<void> {
  await using server = launchServer([...args, ...SIX_SECONDS]);
  assertEquals(await server.exited, 70);
  assertEquals(
    server.stderr,
    `sluice: Cannot start a worker: not ready within --start-timeout 6s, ${says}\n`,
  );
}

/** Reloads, and waits until that has failed for the given reason. */
export async function failsToReload(server: Server, reason: string): Promise<void> {
  const before = server.records("Cannot reload").length;
  server.kill("SIGHUP");
  await until("the reload fails", () => server.records("Cannot reload").length > before);
  const message = server.records("Cannot reload").at(-1)?.message ?? "";
  assertStringIncludes(message, "Cannot reload, the old workers keep serving: ");
  assertStringIncludes(message, reason);
}
