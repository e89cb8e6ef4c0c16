import { assertEquals, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { loadSettings } from "../../src/settings/load.ts";

/** Loads `--config name` from a temporary folder. */
async function load(name: string, text?: string) {
  const cwd = await Deno.makeTempDir();
  try {
    if (text !== undefined) await Deno.writeTextFile(`${cwd}/${name}`, text);
    await Deno.mkdir(`${cwd}/folder.toml`);
    return await loadSettings({
      flags: { config: [name] },
      environment: {},
      readFile: Deno.readTextFile,
      cwd,
    });
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

async function refuses(
  name: string,
  text: string | undefined,
  code: number,
  message: string,
) {
  const error: ExitError = await assertRejects(
    () => load(name, text),
    ExitError,
  );
  assertEquals([error.message, error.exitCode], [message, code]);
}

Deno.test("readConfigFile() reads TOML", async () => {
  const { settings } = await load(
    "s.toml",
    `# note\nidle-timeout = 90\nlog-max-size = "1gb"\nbind = ["[::]:1"]\n` +
      `unix-mode = "600"\nmode = "single"\n`,
  );
  assertEquals(settings.idleTimeout, 90_000);
  assertEquals(settings.logMaxSize, 1024 ** 3);
  assertEquals(settings.bind.length, 1);
  assertEquals(settings.unixMode, 0o600);
  assertEquals(settings.mode, "single");
});

Deno.test("readConfigFile() reads JSON with comments", async () => {
  for (const name of ["s.json", "s.jsonc"]) {
    const { settings } = await load(
      name,
      `{ // note\n "port": 9, "handler": null, "bind": [], }`,
    );
    assertEquals([settings.port, settings.handler], [9, null]);
  }
});

Deno.test("readConfigFile() reads booleans and percentages as values and as text", async () => {
  for (
    const [name, text] of [
      ["s.toml", `watch = true\nsandbox = "yes"\nmax-requests-jitter = 25\n`],
      ["s.toml", `watch = "on"\nsandbox = "TRUE"\nmax-requests-jitter = "25%"\n`],
      ["s.json", `{ "watch": true, "sandbox": "1", "max-requests-jitter": "25" }`],
    ] as const
  ) {
    const { settings } = await load(name, text);
    assertEquals(
      [settings.watch, settings.sandbox, settings.maxRequestsJitter],
      [true, true, 25],
      text,
    );
  }
  const { settings } = await load("s.jsonc", `{ "watch": false, "sandbox": null }`);
  assertEquals([settings.watch, settings.sandbox], [false, false]);
});

Deno.test("readConfigFile() suggests the key nearest to an unknown one", async () => {
  await refuses(
    "s.toml",
    "max-conections = 1",
    78,
    `Cannot use "max-conections" in "s.toml": unknown key, ` +
      `did you mean "max-connections"?`,
  );
  await refuses(
    "s.toml",
    "[zzz]\na = 1",
    78,
    `Cannot use "zzz" in "s.toml": unknown key, see --help`,
  );
});

Deno.test("readConfigFile() refuses a file that names another", async () => {
  await refuses(
    "s.toml",
    `config = "b.toml"`,
    78,
    `Cannot use "config" in "s.toml": a configuration file cannot name ` +
      "another, expected --config on the command line",
  );
});

Deno.test("readConfigFile() reports the line and column of a syntax error", async () => {
  await refuses(
    "s.toml",
    "port = 1\nport = = 2\n",
    78,
    `Cannot read --config "s.toml:2:8": Cannot parse value on line ` +
      `'port = = 2'`,
  );
  await refuses(
    "s.json",
    `{\n  "port": 1,\n  b }`,
    78,
    `Cannot read --config "s.json:3:3": unexpected token "b"`,
  );
  await refuses(
    "s.json",
    "[1]",
    78,
    `Cannot read --config "s.json": expected an object`,
  );
});

Deno.test("readConfigFile() exits 66 if there is no such file", async () => {
  await refuses(
    "no.toml",
    undefined,
    66,
    `Cannot read --config "no.toml": no such file`,
  );
  await refuses(
    "folder.toml",
    undefined,
    66,
    `Cannot read --config "folder.toml": it is a folder, expected a file`,
  );
});

Deno.test("readConfigFile() exits 77 if permission is denied", async () => {
  // Not with a real file, since root may read any.
  const error: ExitError = await assertRejects(() =>
    loadSettings({
      flags: {},
      environment: { SLUICE_CONFIG: "/s.toml" },
      readFile: () =>
        Promise.reject(
          new Deno.errors.PermissionDenied("Permission denied (os error 13): readfile '/s.toml'"),
        ),
      cwd: "/",
    }), ExitError);
  assertEquals(
    [error.message, error.exitCode],
    [`Cannot read SLUICE_CONFIG "/s.toml": permission denied`, 77],
  );
});

Deno.test("readConfigFile() refuses other extensions", async () => {
  await refuses(
    "s.yaml",
    "port: 1",
    64,
    `Cannot use --config "s.yaml": ` +
      "expected a file that ends in .toml, .json or .jsonc",
  );
});
