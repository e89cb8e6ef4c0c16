/** The scripts of the dashboard are plain JavaScript for browsers, with types in comments. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { runTool } from "../../helpers/tools.ts";

const PAGE = new URL("../../../src/ops/dashboard/page/", import.meta.url);

Deno.test("the scripts of the dashboard have no type error, and read what the status has", async () => {
  const { imports, compilerOptions } = JSON.parse(
    await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)),
  );
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const lib = ["deno.ns", "dom", "dom.iterable", "esnext"];
    const config = { imports, compilerOptions: { ...compilerOptions, checkJs: true, lib } };
    await Deno.writeTextFile(file, JSON.stringify(config));
    const { code, stderr } = await runTool(Deno.execPath(), [
      ...["check", "--quiet", "--no-lock", "--config", file],
      fileURLToPath(new URL("main.js", PAGE)),
    ], { NO_COLOR: "1" });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
  } finally {
    await Deno.remove(file);
  }
});
