import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { EXIT } from "../../src/base/exit.ts";

const MAIN = fileURLToPath(import.meta.resolve("../../main.ts"));

Deno.test("a run without permissions ends with one line and exit code 77", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", MAIN],
    stdin: "null",
  }).output();
  assertEquals(code, EXIT.noPermission);
  assertMatch(new TextDecoder().decode(stderr), /^sluice: Cannot run: [^\n]*--allow-\w+[^\n]*\n$/);
});
