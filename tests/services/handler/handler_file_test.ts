import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileUrl } from "../../../src/services/handler/handler_file.ts";

/** Names of folders with what URLs may encode. */
const NAMES = [
  "@x",
  "a+b,c;d=e&f$g",
  "[1] (2) {3}",
  "50% of %41",
  "a#b?c",
  "ü ~^|`'\"<>",
  "a\\b\tc",
];

Deno.test("fileUrl() gives the URL of a module that the runtime gives it", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  for (const name of NAMES) {
    const path = join(root, name, "main.js");
    await Deno.mkdir(join(root, name));
    await Deno.writeTextFile(path, "console.log(import.meta.url);");
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", path] }).output();
    assertEquals(fileUrl(path), new TextDecoder().decode(stdout).trim());
  }
  await Deno.remove(root, { recursive: true });
});
