import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { runMain } from "../helpers/server.ts";
import { testUnless } from "../helpers/tools.ts";

const HANDLER = fileURLToPath(import.meta.resolve("../handlers/service.js"));

/** Runs a body with a folder that is an image with runit, without a slash at the end. */
async function inImage(body: (image: string) => Promise<void>): Promise<void> {
  const image = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${image}/etc/sv`, { recursive: true });
    await Deno.mkdir(`${image}/usr/bin`, { recursive: true });
    await Deno.mkdir(`${image}/srv`);
    await Deno.writeTextFile(`${image}/usr/bin/runsvdir`, "");
    await Deno.copyFile(HANDLER, `${image}/srv/it's app.js`);
    await body(image);
  } finally {
    await Deno.remove(image, { recursive: true });
  }
}

async function pathsIn(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    paths.push(`${folder}/${name}`);
    if (isDirectory) paths.push(...await pathsIn(`${folder}/${name}`));
  }
  return paths.sort();
}

Deno.test("sluice install finds the manager of an image, and writes paths as they will be there", () =>
  inImage(async (image) => {
    const before = await pathsIn(image);
    const args = ["install", `${image}/srv/it's app.js`, "--root-dir", image, "--name", "web"];
    const env = { SLUICE_MAX_CONNECTIONS: "500" };
    const dry = await runMain([...args, "--dry-run"], { env });
    assertEquals(dry.code, 0, dry.stderr);
    assertEquals(await pathsIn(image), before);

    const done = await runMain(args, { env });
    assertEquals(done.code, 0, done.stderr);
    // The same steps, but for what the files hold.
    const steps = dry.stdout.split("\n").filter((line) => !/^$|^ {4}\|/.test(line));
    assertEquals(done.stdout.split("\n").slice(0, -2), steps);
    assertStringIncludes(done.stdout, 'Installed "web" for runit: it serves on 127.0.0.1:8000');
    const run = await Deno.readTextFile(`${image}/etc/sv/web/run`);
    assertStringIncludes(run, "cd /srv ");
    assertStringIncludes(run, ` '--handler=/srv/it'\\''s app.js' --max-connections=500\n`);
    assertStringIncludes(run, "ulimit -n 2024 ");
    assertEquals(run.includes(image), false);

    const removed = await runMain(["uninstall", "--root-dir", image]);
    assertEquals(removed.code, 0, removed.stderr);
    assertEquals(await pathsIn(image), before);
  }));

Deno.test("sluice install refuses what cannot work, and says why", async () => {
  const cases: readonly [args: string[], code: number, message: string][] = [
    [["--manager", "runit", "--socket"], 64, "Cannot use --socket with runit: only systemd"],
    [["--name", "a/b"], 64, 'Cannot use --name "a/b": expected a name of at most 64 letters'],
    [["--manager", "runit", "--run-as", "no-such-user"], 78, 'Cannot run as "no-such-user"'],
    [["--manager", "runit", "--mode", "pool"], 64, 'Cannot use --mode "pool": expected one of'],
    [
      ["--manager", "runit", "--alert-webhook", "https://me:secret@example.com/"],
      64,
      "Cannot install --alert-webhook with a secret",
    ],
  ];
  for (const [args, code, message] of cases) {
    const output = await runMain(["install", HANDLER, "--dry-run", ...args]);
    assertStringIncludes(output.stderr, `sluice: ${message}`);
    assertEquals([output.code, output.stdout], [code, ""]);
  }
});

testUnless(
  Deno.uid() === 0 ? null : "not root",
  "sluice install refuses a handler that the service's user may not read",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const handler = `${folder}/app.js`;
      await Deno.copyFile(HANDLER, handler);
      const options = ["--manager", "runit", "--run-as", "nobody", "--port", "8080", "--dry-run"];
      const { code, stderr } = await runMain(["install", handler, ...options]);
      assertStringIncludes(stderr, `"${folder}" cannot be used as the user nobody`);
      assertEquals(code, 77);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("sluice start and its kin refuse a service that Sluice has not installed", async () => {
  const { code, stderr } = await runMain(["start", "never-installed"]);
  assertEquals(code, 66);
  assertStringIncludes(stderr, 'sluice: Cannot start "never-installed": Sluice has not installed');
});
