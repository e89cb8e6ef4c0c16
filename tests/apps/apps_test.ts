import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { MODES } from "../../src/modes/registry.ts";
import { startServer } from "../helpers/server.ts";
import { waitFor } from "../helpers/until.ts";
import { type App, APPS } from "./apps.ts";

const LOCK = new URL("../../deno.lock", import.meta.url);

for (const app of APPS) {
  Deno.test(`${app.name}: an app answers as under deno serve, in every mode, and no file changes`, async () => {
    const [theirs, ours] = await Promise.all([install(app), install(app)]);
    try {
      assertEquals(await denoServe(app, theirs), app.body);
      const [files, lock] = [await read(ours), await Deno.readTextFile(LOCK)];
      for (const mode of Object.keys(MODES)) {
        await using server = await startServer([app.main, "--mode", mode], { cwd: ours });
        const response = await fetch(`http://127.0.0.1:${server.port}/`);
        assertEquals(await response.text(), app.body, mode);
      }
      assertEquals(await read(ours), files);
      assertEquals(await Deno.readTextFile(LOCK), lock);
    } finally {
      for (const folder of [theirs, ours]) await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("an import that the app's configuration lacks fails, although Sluice's has it", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, "app.ts"), `import "hono";\nexport default {};`);
  const error = await startServer(["app.ts"], { cwd: folder }).then(
    () => "it serves",
    ({ message }) => message,
  );
  assertEquals(/Import "hono" not a dependency/.exec(error)?.[0], `Import "hono" not a dependency`);
  await Deno.remove(folder, { recursive: true });
});

/** Writes the files of an app into a folder of its own, and installs its packages. */
async function install({ files, isInstalled }: App): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
  }
  if (isInstalled) {
    const args = ["install", "--no-audit", "--no-fund", "--silent"];
    const { success } = await new Deno.Command("npm", { args, cwd: folder }).output();
    assertEquals(success, true);
  }
  return folder;
}

/** The answer of an app under `deno serve`. */
async function denoServe({ main }: App, cwd: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["serve", "-A", "--host", "127.0.0.1", "--port", "0", main],
    cwd,
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  let printed = "";
  const reading = child.stderr.pipeThrough(new TextDecoderStream())
    .pipeTo(new WritableStream({ write: (text) => void (printed += text) }));
  try {
    const url = await waitFor("deno serve listens", () => /http:\S+/.exec(printed)?.[0] ?? null);
    return await (await fetch(url)).text();
  } finally {
    child.kill("SIGKILL");
    await Promise.all([child.status, reading]);
  }
}

/** All files of an app but those of its packages, with their texts. */
async function read(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (!isDirectory) files[path] = await Deno.readTextFile(path);
    else if (name !== "node_modules") Object.assign(files, await read(path));
  }
  return files;
}
