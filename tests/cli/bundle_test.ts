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
  await using copy = await copyProgram();
  // Only the bundle has it; nothing that runs before does.
  await Deno.writeTextFile(join(copy.root, "src/places/broken_entry.ts"), "const = 1;");
  const { code, stderr } = await copy.check();
  assertMatch(stderr, /^sluice: Cannot bundle Sluice: [^\n]+\n$/);
  assertEquals(code, EXIT.cannotCreate);
  assertEquals([...Deno.readDirSync(copy.bundles)], []);
});

Deno.test("a bundle is kept for a week after its last use", async () => {
  await using copy = await copyProgram();
  const names = () => [...Deno.readDirSync(copy.bundles)].map(({ name }) => name).sort();
  const change = async (comment: string) => {
    const main = join(copy.root, "main.ts");
    await Deno.writeTextFile(main, `${await Deno.readTextFile(main)}// ${comment}\n`);
    assertEquals((await copy.check()).stderr, "");
  };
  const age = (name = "", days = 0) => {
    const then = new Date(Date.now() - days * 24 * 60 * 60 * 1000);
    Deno.utimeSync(join(copy.bundles, name), then, then);
  };
  await change("first");
  const [first] = names();
  const { mode } = await Deno.stat(join(copy.bundles, first ?? ""));
  // Other users load it as well.
  if (Deno.build.os !== "windows") assertEquals((mode ?? 0) & 0o777, 0o755);
  age(first, 8);
  assertEquals((await copy.check()).stderr, "");
  await change("second");
  assertEquals(names().length, 2);
  age(first, 8);
  await change("third");
  assertEquals(names().length, 2);
  assertEquals(names().includes(first ?? ""), false);
});

/** A copy of the program, which checks a handler of another folder. */
interface Copy extends AsyncDisposable {
  readonly root: string;
  readonly bundles: string;
  check(): Promise<{ code: number; stderr: string }>;
}

async function copyProgram(): Promise<Copy> {
  const root = await Deno.makeTempDir();
  await copy(ROOT, root, ["main.ts", "deno.json", "deno.lock", "src"]);
  const folder = await Deno.makeTempDir();
  const app = join(folder, "app.js");
  await Deno.writeTextFile(app, "export default { serve() {} };");
  return {
    root,
    bundles: join(root, "dist/bundles"),
    async check() {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", join(root, "main.ts"), "check", app],
        stdin: "null",
      }).output();
      return { code, stderr: new TextDecoder().decode(stderr) };
    },
    async [Symbol.asyncDispose]() {
      for (const path of [root, folder]) await Deno.remove(path, { recursive: true });
    },
  };
}

async function copy(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const [source, target] = [join(from, name), join(to, name)];
    if ((await Deno.stat(source)).isFile) {
      await Deno.copyFile(source, target);
      continue;
    }
    await Deno.mkdir(target);
    await copy(source, target, [...Deno.readDirSync(source)].map((entry) => entry.name));
  }
}
