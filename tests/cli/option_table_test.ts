import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { optionTable, withOptionTable } from "../../src/cli/option_table.ts";
import { envName, flagName, OPTION_KEYS } from "../../src/settings/options.ts";

Deno.test("optionTable() has a row for every option", () => {
  const rows = optionTable().trimEnd().split("\n").slice(2);
  assertEquals(rows.length, OPTION_KEYS.length);
  OPTION_KEYS.forEach((key, i) => {
    assertStringIncludes(rows[i], `\`${flagName(key)}\``);
    assertStringIncludes(rows[i], `\`${envName(key)}\``);
  });
});

Deno.test("optionTable() is laid out as deno fmt would", async () => {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext", "md", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(optionTable()));
  await writer.close();
  const { stdout } = await process.output();
  assertEquals(new TextDecoder().decode(stdout), optionTable());
});

Deno.test("withOptionTable() replaces what is between the markers", () => {
  const text = "a\n<!-- options -->\nold\n<!-- /options -->\nb\n";
  const once = withOptionTable(text);
  assertEquals(
    once,
    `a\n<!-- options -->\n\n${optionTable()}\n<!-- /options -->\nb\n`,
  );
  assertEquals(withOptionTable(once), once);
});

Deno.test("withOptionTable() throws without the markers", () => {
  assertThrows(() => withOptionTable("<!-- options -->"), Error, "markers");
});
