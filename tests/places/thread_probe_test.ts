import { assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { EXIT, ExitError } from "../../src/base/exit.ts";
import { checkSandbox } from "../../src/places/thread_probe.ts";

const PATH = fileURLToPath(import.meta.url);

Deno.test("checkSandbox() waits for its answer for as long as --start-timeout, and ends its thread", async () => {
  const silent = "data:text/javascript,setInterval(() => {}, 1000);";
  const error = await assertRejects(() => checkSandbox(PATH, 50, silent), ExitError);
  assertEquals(
    error.message.split(",")[0],
    "Cannot test the sandbox: no answer within --start-timeout 50ms",
  );
  assertEquals(error.exitCode, EXIT.software);
  await checkSandbox(PATH, 0);
});
