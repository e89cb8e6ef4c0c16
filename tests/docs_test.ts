import { assertEquals } from "@std/assert";
import { withOptionTable } from "../src/cli/option_table.ts";

const README = new URL("../README.md", import.meta.url);

Deno.test({
  name: "README.md has the table of options as it is: deno task docs",
  ignore: !isThere(README),
  async fn() {
    const text = await Deno.readTextFile(README);
    assertEquals(withOptionTable(text), text);
  },
});

function isThere(file: URL): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}
