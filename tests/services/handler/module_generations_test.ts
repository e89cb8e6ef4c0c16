import { assertEquals } from "@std/assert";
import { importFile } from "../../../src/services/handler/handler_file.ts";

interface Loaded {
  readonly default: {
    readonly own: number;
    readonly deep: number;
    readonly data: { readonly version: number };
    readonly common: number;
    readonly packaged: number;
    readonly program: unknown;
    readonly later: () => Promise<number>;
  };
}

Deno.test("importFile() loads the modules that a reloaded module imports anew, but neither packages nor the program's", async () => {
  const folder = await Deno.makeTempDir();
  const mod = import.meta.resolve("../../../src/mod.ts");
  const write = async (version: number) => {
    const modules = {
      "handler.ts": `import { deep } from "./one/two.ts";
        import data from "./data.json" with { type: "json" };
        import common from "./common.cjs";
        import { packaged } from "./node_modules/packaged.js";
        import { HttpError } from "${mod}";
        const own: number = ${version};
        const later = async () => (await import("./later.ts")).later;
        export default { own, deep, data, common, packaged, later, program: HttpError };`,
      "one/two.ts": `export { deep } from "./three.ts";`,
      "one/three.ts": `export const deep = ${version};`,
      "later.ts": `export const later = ${version};`,
      "data.json": JSON.stringify({ version }),
      "common.cjs": `module.exports = ${version};`,
      "node_modules/packaged.js": `export const packaged = ${version};`,
    };
    for (const [name, source] of Object.entries(modules)) {
      await Deno.writeTextFile(`${folder}/${name}`, source);
    }
  };
  try {
    await Deno.mkdir(`${folder}/one`);
    await Deno.mkdir(`${folder}/node_modules`);
    await write(0);
    const first = (await importFile(`${folder}/handler.ts`) as Loaded).default;
    await write(1);
    const second = (await importFile(`${folder}/handler.ts`, 1) as Loaded).default;
    assertEquals([first.own, first.deep, first.data.version], [0, 0, 0]);
    assertEquals([second.own, second.deep, second.data.version], [1, 1, 1]);
    assertEquals([first.packaged, second.packaged], [0, 0]);
    assertEquals(second.program === first.program, true);
    await write(2);
    // What the first generation imports late is of its time; the second has an own copy.
    assertEquals([await second.later(), await first.later()], [2, 2]);
    const third = (await importFile(`${folder}/handler.ts`, 2) as Loaded).default;
    assertEquals([third.deep, await third.later()], [2, 2]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
