import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { EXIT } from "../../src/base/exit.ts";
import { OF_EACH_PLACE } from "../helpers/modes.ts";
import { runMain, startServer } from "../helpers/server.ts";
import { waitFor } from "../helpers/until.ts";
import { type AppFolder, makeApp } from "./app_folder.ts";
import { type App, APPS } from "./apps.ts";

const LOCK = new URL("../../deno.lock", import.meta.url);

for (const app of APPS) {
  Deno.test(`${app.name}: an app answers as under deno serve, wherever its lanes run, and no file changes`, async () => {
    await using theirs = await install(app);
    await using ours = await copyOf(theirs);
    const { folder } = ours;
    assertEquals(await denoServe(app, theirs.folder), app.body);
    const [files, lock] = [await read(folder), await Deno.readTextFile(LOCK)];
    for (const mode of OF_EACH_PLACE) {
      await using server = await startServer([app.main, "--mode", mode], { cwd: folder });
      const response = await fetch(`http://127.0.0.1:${server.port}/`);
      assertEquals(await response.text(), app.body, mode);
    }
    assertEquals(await read(folder), files);
    assertEquals(await Deno.readTextFile(LOCK), lock);
  });
}

Deno.test("an import that the app's configuration lacks fails, although Sluice's has it", async () => {
  await using app = await makeApp({ "app.ts": `import "hono";\nexport default {};` });
  const { code, stderr } = await runMain(["check", "app.ts"], { cwd: app.folder });
  assertMatch(stderr, /Import "hono" not a dependency/);
  assertEquals(code, EXIT.config);
});

Deno.test("an app's lock file holds, and is not written", async () => {
  await using app = await makeApp({
    "deno.json": `{ "imports": { "hono": "npm:hono@^4.6.0" } }`,
    "app.ts": `import "hono";\nexport default { fetch: () => new Response("locked") };`,
    "deno.lock": `{ "version": "5" }`,
  });
  const { code, stderr } = await runMain(["check", "app.ts"], { cwd: app.folder });
  assertMatch(stderr, /The lockfile is out of date/);
  assertEquals(code, EXIT.config);
  assertEquals(await Deno.readTextFile(`${app.folder}/deno.lock`), `{ "version": "5" }`);
});

Deno.test("the lock file of a workspace holds for its members", async () => {
  await using app = await makeApp({
    "deno.json": `{ "workspace": ["./member"] }`,
    "deno.lock": `{ "version": "5" }`,
    "member/deno.json": `{ "imports": { "hono": "npm:hono@^4.6.0" } }`,
    "member/app.ts": `import "hono";\nexport default { fetch: () => new Response("locked") };`,
  });
  const { code, stderr } = await runMain(["check", "member/app.ts"], { cwd: app.folder });
  assertMatch(stderr, /The lockfile is out of date/);
  assertEquals(code, EXIT.config);
});

Deno.test("a lock file above an app's configuration does not hold for it, as under deno serve", async () => {
  await using app = await makeApp({
    "deno.lock": `{ "version": "5" }`,
    "app/deno.json": `{ "imports": { "hono": "npm:hono@^4.6.0" } }`,
    "app/app.ts": `import "hono";\nexport default { fetch: () => new Response("free") };`,
  });
  const { code, stderr } = await runMain(["check", "app/app.ts"], { cwd: app.folder });
  assertEquals([code, stderr], [EXIT.ok, ""]);
  assertEquals([...Deno.readDirSync(`${app.folder}/app`)].length, 2);
});

Deno.test("a member of a workspace has its own configuration, whatever its folder is called", async () => {
  await using app = await makeApp({
    "deno.json": `{ "workspace": ["./@x/app+1"] }`,
    "@x/app+1/deno.json": `{ "name": "@x/app", "imports": { "name": "./name.ts" } }`,
    "@x/app+1/name.ts": `export const name: string = "member";`,
    "@x/app+1/app.ts":
      `import { name } from "name"; export default { fetch: () => new Response(name) };`,
  });
  const cwd = `${app.folder}/@x/app+1`;
  for (const mode of ["async", "pooled", "forked"]) {
    await using server = await startServer(["app.ts", "--mode", mode], { cwd });
    const response = await fetch(`http://127.0.0.1:${server.port}/`);
    assertEquals(await response.text(), "member", mode);
  }
});

/** Makes the folder of an app, and installs its packages. */
async function install({ files, isInstalled }: App): Promise<AppFolder> {
  const app = await makeApp(files);
  if (isInstalled) {
    const args = ["install", "--no-audit", "--no-fund", "--silent"];
    const { success } = await new Deno.Command("npm", { args, cwd: app.folder }).output();
    assertEquals(success, true);
  }
  return app;
}

async function copyOf({ folder }: AppFolder): Promise<AppFolder> {
  const copy = await makeApp({});
  await new Deno.Command("cp", { args: ["--archive", `${folder}/.`, copy.folder] }).output();
  return copy;
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
