import { assertEquals, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { readTextFile } from "../../src/base/read_text_file.ts";
import { loadSettings } from "../../src/settings/load.ts";

/** Loads `--config name` from a temporary folder. */
async function load(name: string, text?: string | Uint8Array) {
  const cwd = await Deno.makeTempDir();
  try {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    if (bytes !== undefined) await Deno.writeFile(`${cwd}/${name}`, bytes);
    await Deno.mkdir(`${cwd}/folder.toml`);
    return await loadSettings({
      flags: { config: [name] },
      environment: {},
      readFile: readTextFile,
      cwd,
    });
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

async function refuses(
  name: string,
  text: string | Uint8Array | undefined,
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
    "port = 1\nhost = = 2\n",
    78,
    `Cannot read --config "s.toml:2:8": invalid value`,
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

/** Broken TOML: the place and the reason, by the text. */
const BROKEN_TOML: Record<string, string> = {
  "port = 1\nport = 2": ":2:1: a key is set twice",
  'port = 1\n"port" = 2': ":2:1: a key is set twice",
  'port = 1\n"p\\u006frt" = 2': ":2:1: a key is set twice",
  "a.b = 1\n[a]\nb = 1": ":2:2: a key is set twice",
  "port = 1 host = 2": ":1:10: each key-value declaration must be followed by an end-of-line",
  'port = 1\rhost = "::1"': ":1:9: each key-value declaration must be followed by an end-of-line",
  "port": ":1:1: incomplete key-value: cannot find end of key",
  "port =": ":1:7: invalid value",
  "port = 01": ":1:8: illegal leading zero",
  "port = 99999999999999999999": ":1:8: integer value cannot be represented losslessly",
  'host = "a': ":1:8: unfinished string",
  'host = "a\0"': ":1:10: control characters are not allowed in strings",
  "# \u0007": ":1:3: control characters are not allowed in comments",
};

/** Broken JSON: the place and the reason, by the text. */
const BROKEN_JSON: Record<string, string> = {
  '{"port": 1,\n  "port": 2}': `:2:3: "port" is set twice`,
  '{"port": 1, "p\\u006frt": 2}': `:1:13: "port" is set twice`,
  '{"__proto__": 1, "__proto__": 2}': `:1:18: "__proto__" is set twice`,
  '{"a": {"b": [","]}, /* "c": */ "d": "\\"", // ,"d"\n "d": 1}': `:2:2: "d" is set twice`,
  '{"a": [{"b": 1}, {"b": 1, "c": {"b": 1, "b": 2}}]}': `:1:41: "b" is set twice`,
  '{"port": 1} x': `:1:13: unexpected token "x"`,
  '{"port": 0x1}': `:1:10: unexpected token "0x1"`,
  '{"host": "a\tb"}': `:1:10: unexpected token ""a\\x09b""`,
  "": ": unexpected end of JSONC input",
  "null": ": expected an object",
};

Deno.test("readConfigFile() refuses broken files, keys set twice among them, and says where", async () => {
  for (const [name, broken] of [["s.toml", BROKEN_TOML], ["s.json", BROKEN_JSON]] as const) {
    for (const [text, reason] of Object.entries(broken)) {
      const place = /^[:\d]*(?=:)/.exec(reason)?.[0] ?? "";
      const rest = reason.slice(place.length);
      await refuses(name, text, 78, `Cannot read --config "${name}${place}"${rest}`);
    }
  }
});

Deno.test("readConfigFile() refuses keys that every object inherits", async () => {
  for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    for (
      const [name, text] of [
        ["s.toml", `${key} = 1`],
        ["s.toml", `${key}.port = 1`],
        ["s.toml", `[${key}]\nport = 1`],
        ["s.json", `{ "${key}": 1 }`],
        ["s.json", `{ "${key}": { "port": 1 } }`],
      ] as const
    ) {
      const message = `Cannot use "${key}" in "${name}": unknown key, see --help`;
      await refuses(name, text, 78, message);
    }
  }
  assertEquals("port" in {}, false, "no prototype is polluted");
});

Deno.test("readConfigFile() names numbers that JSON cannot", async () => {
  for (const [written, found] of [["inf", "Infinity"], ["-nan", "NaN"], ["1e400", "Infinity"]]) {
    await refuses(
      "s.toml",
      `port = ${written}`,
      78,
      `Cannot use port ${found} in "s.toml": expected an integer from 0 to 65535`,
    );
  }
});

Deno.test("readConfigFile() refuses a path that cannot be written in UTF-8", async () => {
  await refuses(
    "s.json",
    `{ "handler": "\\ud800.ts" }`,
    78,
    `Cannot use handler "\\ud800.ts" in "s.json": expected a path`,
  );
});

Deno.test("readConfigFile() refuses values that are nested too deeply", async () => {
  const deep = 100_000;
  for (
    const [name, text] of [
      ["s.toml", `port = ${"[".repeat(deep)}`],
      ["s.toml", `port.${"a.".repeat(deep)}a = 1`],
      ["s.json", `{ "port": ${"[".repeat(deep)}${"]".repeat(deep)} }`],
    ] as const
  ) {
    const error: ExitError = await assertRejects(() => load(name, text), ExitError);
    assertEquals(error.exitCode, 78);
  }
});

Deno.test("readConfigFile() reads a file with a byte order mark and CRLF", async () => {
  for (
    const [name, text] of [
      ["s.toml", '\ufeffport = 0x9\r\nhost = "::1"\r\n'],
      ["s.json", '\ufeff{\r\n"port": 9, // a\r\n"host": "::1"}'],
    ] as const
  ) {
    const { settings } = await load(name, text);
    assertEquals([settings.port, settings.host], [9, "::1"]);
  }
});

Deno.test("readConfigFile() refuses what is not text, or far too long", async () => {
  const bytes = Uint8Array.of(...new TextEncoder().encode("# caf"), 0xe9);
  const invalid = "found invalid bytes, expected text in UTF-8";
  await refuses("s.toml", bytes, 78, `Cannot read --config "s.toml": ${invalid}`);
  await refuses(
    "s.toml",
    " ".repeat(5_000_000),
    78,
    `Cannot read --config "s.toml": found more than 4 MB, expected less`,
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
