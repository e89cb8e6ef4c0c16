import { assertStringIncludes } from "@std/assert";
import { RULES } from "../../../src/ops/alerts/rules/registry.ts";
import { SERVER_DOWN } from "../../../src/ops/alerts/server_down.ts";

Deno.test("docs/monitoring.md has every alert", async () => {
  const text = await Deno.readTextFile(new URL("../../../docs/monitoring.md", import.meta.url));
  for (const name of [SERVER_DOWN, ...RULES.map((rule) => rule.name)]) {
    assertStringIncludes(text, `| \`${name}\``);
  }
});
