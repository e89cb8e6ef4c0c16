/**
 * Makes the npm package `dist/sluice-VERSION.tgz`: `deno task pack`. It holds a bundle of
 * the program, the types of handlers, and a command that starts the bundle with the
 * runtime, which is a dependency.
 */
import { join } from "node:path";
import config from "../deno.json" with { type: "json" };
import { makeBundle } from "../src/cli/bundle.ts";
import { emitTypes } from "./pack/types.ts";
import { run } from "./run.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const FOLDER = join(ROOT, "dist", "npm");
/** How long packing may take, in milliseconds. */
const LIMIT = 60_000;

/** What others may import: the name of the export, and the path of its module. */
const ENTRIES = Object.entries(config.exports)
  .map(([name, path]) => [name, path.replace("./", "")] as const);

const MANIFEST = {
  name: "sluice",
  version: config.version,
  description: "A TCP and HTTP application server whose concurrency model is a flag",
  license: config.license,
  type: "module",
  bin: { sluice: "bin/sluice.js" },
  exports: Object.fromEntries(ENTRIES.map(([name, path]) => [name, {
    types: `./types/${path.replace("src/", "").replace(".ts", ".d.ts")}`,
    default: `./lib/${path.replace(".ts", ".js")}`,
  }])),
  dependencies: { deno: Deno.version.deno },
};

await Deno.remove(FOLDER, { recursive: true }).catch(() => {});
await Deno.mkdir(join(FOLDER, "bin"), { recursive: true });
await makeBundle(ROOT, join(FOLDER, "lib"), ENTRIES.map(([, path]) => path));
await emitTypes(
  join(ROOT, "src"),
  ENTRIES.map(([, path]) => join(ROOT, path)),
  join(FOLDER, "types"),
);
await Deno.copyFile(join(ROOT, "tools", "pack", "sluice.js"), join(FOLDER, "bin", "sluice.js"));
for (const name of ["README.md", "CHANGELOG.md", "LICENSE"]) {
  await Deno.copyFile(join(ROOT, name), join(FOLDER, name));
}
await Deno.writeTextFile(join(FOLDER, "package.json"), `${JSON.stringify(MANIFEST, null, 2)}\n`);
const args = ["pack", "--silent", "--pack-destination", join(ROOT, "dist"), FOLDER];
const { ok, output } = await run("npm", args, LIMIT);
if (!ok) throw new Error(`Cannot pack: ${output}`);
Deno.stdout.writeSync(new TextEncoder().encode(`${join(ROOT, "dist", output.trim())}\n`));
