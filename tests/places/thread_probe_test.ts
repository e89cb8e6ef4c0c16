import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { fileURLToPath } from "node:url";
import { EXIT, ExitError } from "../../src/base/exit.ts";
import { checkSandbox } from "../../src/places/thread_probe.ts";

const PATH = fileURLToPath(import.meta.url);

/** So many threads do not all answer within a few turns of the event loop. */
const AT_ONCE = 24;

Deno.test("checkSandbox() waits for its answer for as long as --start-timeout, and ends its thread", async () => {
  const probes = Array.from({ length: AT_ONCE }, () => checkSandbox(PATH, 1));
  const errors = (await Promise.allSettled(probes))
    .filter((result) => result.status === "rejected")
    .map((result) => result.reason);
  assert(errors.length > 0, "all answered in time");
  for (const error of errors) {
    assertInstanceOf(error, ExitError);
    assertEquals(
      error.message.split(",")[0],
      "Cannot test the sandbox: no answer within --start-timeout 1ms",
    );
    assertEquals(error.exitCode, EXIT.software);
  }
  await checkSandbox(PATH, 0);
});
