import { join } from "node:path";
import { MODES } from "../../src/modes/registry.ts";
import { askAlone } from "../helpers/http_client.ts";
import { startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";
import { makeApp } from "./app_folder.ts";

const FILES = {
  "app.ts": `import { text } from "./lib/one.ts";
    export default { fetch: () => new Response(text()) };`,
  "lib/one.ts": `export { text } from "./two.ts";`,
  "lib/two.ts": `import { word } from "./three.ts";\nexport const text = () => word;`,
  "lib/three.ts": `export const word = "old";`,
};

for (const mode of Object.keys(MODES)) {
  Deno.test(`--mode ${mode} --watch serves a change three imports deep, again and again`, async () => {
    await using app = await makeApp(FILES);
    const args = ["app.ts", "--mode", mode, "--watch"];
    await using server = await startServer(args, { cwd: app.folder });
    // Each time on a new connection: an old worker may close one that rests just when it is used.
    const ask = async () => (await askAlone(server, "GET", "/")).body;
    for (const word of ["old", "new", "newer"]) {
      await Deno.writeTextFile(join(app.folder, "lib/three.ts"), `export const word = "${word}";`);
      await until(`the answer is ${word}`, async () => await ask() === word);
    }
  });
}
