import { assert, assertEquals } from "@std/assert";

Deno.test("an alarm without a limit starts when the parent dies", async () => {
  const program = new URL("../helpers/orphan_program.ts", import.meta.url).pathname;
  const { signal, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program],
  }).output();
  assertEquals(signal, "SIGKILL");
  // The child may see it a few seconds after it was started with 16.
  const seconds = Number(new TextDecoder().decode(stderr));
  assert(seconds > 8 && seconds <= 16, `${seconds} seconds are left`);
});
