import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT } from "../../src/base/exit.ts";
import { makeBundle } from "../../src/cli/bundle.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The specifiers that a module imports before it runs. */
function importsOf(text: string): string[] {
  const statement = /^(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"([^"]+)"/gm;
  return [...text.matchAll(statement)].map(([, specifier = ""]) => specifier);
}

Deno.test("a thread that runs the bundle loads no part of the Node library, and no package by its name", async () => {
  const folder = await Deno.makeTempDir();
  await makeBundle(ROOT, folder);
  const loaded = new Set([join(folder, "src/places/thread_entry.js")]);
  const others = new Set<string>();
  for (const path of loaded) {
    for (const specifier of importsOf(await Deno.readTextFile(path))) {
      if (specifier.startsWith(".")) loaded.add(join(path, "..", specifier));
      else others.add(specifier);
    }
  }
  assert(loaded.size > 5, `found ${loaded.size} modules`);
  assertEquals([...others], []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("no part of the bundle is a package in CommonJS, which would have only a default export", async () => {
  const folder = await Deno.makeTempDir();
  await makeBundle(ROOT, folder);
  const packages: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile) continue;
    const [found] =
      /^export default require_\w+\(/m.exec(await Deno.readTextFile(join(folder, name))) ?? [];
    if (found !== undefined) packages.push(found);
  }
  assertEquals(packages, []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a bundle that cannot be made leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  for (const name of ["main.ts", "deno.json", "deno.lock"]) {
    await Deno.copyFile(join(ROOT, name), join(folder, name));
  }
  await copyFolder(join(ROOT, "src"), join(folder, "src"));
  // Only the bundle has it; nothing that runs before does.
  await Deno.writeTextFile(join(folder, "src/places/broken_entry.ts"), "const = 1;");
  const apart = await Deno.makeTempDir();
  const app = join(apart, "app.js");
  await Deno.writeTextFile(app, "export default { serve() {} };");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", join(folder, "main.ts"), "check", app],
    stdin: "null",
  }).output();
  assertMatch(new TextDecoder().decode(stderr), /^sluice: Cannot bundle Sluice: [^\n]+\n$/);
  assertEquals(code, EXIT.cannotCreate);
  assertEquals([...Deno.readDirSync(join(folder, "dist/bundles"))], []);
  for (const path of [folder, apart]) await Deno.remove(path, { recursive: true });
});

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    await (isDirectory ? copyFolder : Deno.copyFile)(join(from, name), join(to, name));
  }
}
