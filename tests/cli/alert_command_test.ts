import { assertEquals, assertRejects } from "@std/assert";
import { EXIT, ExitError } from "../../src/base/exit.ts";
import { checkAlertCommand } from "../../src/cli/alert_command.ts";
import { runMain } from "../helpers/server.ts";

async function problemOf(alertCommand: string): Promise<[string, number]> {
  const error = await assertRejects(() => checkAlertCommand({ alertCommand }), ExitError);
  return [error.message, error.exitCode];
}

Deno.test("checkAlertCommand() finds programs by path and in PATH, whatever their arguments", async () => {
  await checkAlertCommand({ alertCommand: `${Deno.execPath()} run page.ts` });
  await checkAlertCommand({ alertCommand: " sh -e page.sh" });
  await checkAlertCommand({ alertCommand: null });
});

Deno.test("checkAlertCommand() tells what is wrong with a program", async () => {
  const file = await Deno.makeTempFile();
  const name = (program: string) => `Cannot use --alert-command "${program}"`;
  assertEquals(await problemOf(`${file} now`), [
    `${name(file)}: it is not executable, expected a program`,
    EXIT.noPermission,
  ]);
  await Deno.remove(file);
  assertEquals(await problemOf(`${file} now`), [
    `${name(file)}: no such file, expected a program`,
    EXIT.noInput,
  ]);
  assertEquals(await problemOf("no-such-program-of-sluice"), [
    `${name("no-such-program-of-sluice")}: no such program in PATH, expected a program`,
    EXIT.noInput,
  ]);
});

Deno.test("sluice check and sluice serve refuse an --alert-command that is not there", async () => {
  for (const command of ["check", "serve"]) {
    const { code, stderr } = await runMain([command, "--port", "0", "--alert-command", "/no/such"]);
    assertEquals(code, EXIT.noInput, command);
    assertEquals(stderr.split(":")[1], ` Cannot use --alert-command "/no/such"`);
  }
});
