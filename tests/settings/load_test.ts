import { assert, assertEquals, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { type Flags, loadSettings, resolveAddresses } from "../../src/settings/load.ts";
import { OPTION_KEYS, optionOf } from "../../src/settings/options.ts";

interface Given {
  flags?: Flags;
  environment?: Record<string, string>;
  /** The text of /etc/sluice/s.toml, named by SLUICE_CONFIG. */
  file?: string;
}

function load({ flags = {}, environment = {}, file }: Given = {}) {
  const config = file === undefined ? {} : { SLUICE_CONFIG: "/etc/sluice/s.toml" };
  return loadSettings({
    flags,
    environment: { ...config, ...environment },
    readFile: () => Promise.resolve(file ?? ""),
    cwd: "/srv",
  });
}

async function refuses(given: Given, code: number, message: string) {
  const error: ExitError = await assertRejects(() => load(given), ExitError);
  assertEquals([error.message, error.exitCode], [message, code]);
}

Deno.test("loadSettings() returns the defaults of the table, frozen", async () => {
  const { settings, sources } = await load();
  for (const key of OPTION_KEYS) {
    // The protocol is settled for any service.
    const value = key === "protocol" ? "tcp" : optionOf(key).default;
    assertEquals(settings[key], value, key);
    assertEquals(sources[key], { from: "default", detail: "" });
  }
  assert(Object.isFrozen(settings) && Object.isFrozen(sources));
  assert(Object.isFrozen(settings.bind));
});

Deno.test("loadSettings() prefers flags to the environment, the file and defaults", async () => {
  const { settings, sources } = await load({
    flags: { maxConnections: ["1"] },
    environment: { SLUICE_MAX_CONNECTIONS: "2", SLUICE_BACKLOG: "2" },
    file: `max-connections = 3\nbacklog = 3\nidle-timeout = "3s"\n`,
  });
  assertEquals(settings.maxConnections, 1);
  assertEquals(settings.backlog, 2);
  assertEquals(settings.idleTimeout, 3_000);
  assertEquals(sources.maxConnections, {
    from: "flag",
    detail: "--max-connections",
  });
  assertEquals(sources.backlog, {
    from: "environment",
    detail: "SLUICE_BACKLOG",
  });
  assertEquals(sources.idleTimeout, {
    from: "file",
    detail: "/etc/sluice/s.toml",
  });
});

Deno.test("loadSettings() exits 64 for a wrong flag and says what it expected", async () => {
  await refuses(
    { flags: { idleTimeout: ["abc"] } },
    64,
    `Cannot use --idle-timeout "abc": expected a duration such as 500ms, 30s or 2m`,
  );
  await refuses(
    { flags: { port: ["-1"] } },
    64,
    `Cannot use --port "-1": expected an integer from 0 to 65535`,
  );
  await refuses(
    { flags: { mode: ["asink"] } },
    64,
    `Cannot use --mode "asink": expected one of single, async, threaded, pooled, forked`,
  );
  await refuses(
    { flags: { bind: ["127.0.0.1:1", "x\ny"] } },
    64,
    `Cannot use --bind "x\\ny": expected an address such as ` +
      "127.0.0.1:8000, [::1]:8000 or unix:/run/sluice.sock",
  );
});

Deno.test("loadSettings() takes arguments for flags", async () => {
  const given = { flags: {}, readFile: () => Promise.resolve(""), cwd: "/srv" };
  const { settings, sources } = await loadSettings({
    ...given,
    targets: { handler: "./app.ts", root: "public/" },
    environment: { SLUICE_HANDLER: "other.ts", SLUICE_SERVICE: "echo", SLUICE_ROOT: "/other" },
  });
  assertEquals([settings.handler, settings.root], ["/srv/app.ts", "/srv/public/"]);
  assertEquals(sources.handler, { from: "argument", detail: "./app.ts" });
  const error: ExitError = await assertRejects(
    () =>
      loadSettings({ ...given, targets: { root: "a" }, flags: { root: ["b"] }, environment: {} }),
    ExitError,
  );
  assertEquals(error.exitCode, 64);
  assertEquals(
    error.message,
    'Cannot combine the argument "a" with --root: expected only one of them',
  );
});

Deno.test("loadSettings() exits 64 for a repeated flag", async () => {
  await refuses(
    { flags: { port: ["1", "2"] } },
    64,
    `Cannot repeat --port: found "1" and "2", expected one value`,
  );
});

Deno.test("loadSettings() exits 78 for a wrong value in the environment or the file", async () => {
  await refuses(
    { environment: { PORT: "http" } },
    78,
    `Cannot use PORT "http": expected an integer from 0 to 65535`,
  );
  await refuses(
    { file: `log-max-size = "big"` },
    78,
    `Cannot use log-max-size "big" in "/etc/sluice/s.toml": ` +
      "expected a size such as 16kb, 1mb or 1gb",
  );
  await refuses(
    { file: "port = true" },
    78,
    `Cannot use port true in "/etc/sluice/s.toml": ` +
      "expected an integer from 0 to 65535",
  );
});

Deno.test("loadSettings() checks values that are overridden", async () => {
  await refuses(
    { flags: { port: ["1"] }, environment: { PORT: "x" } },
    78,
    `Cannot use PORT "x": expected an integer from 0 to 65535`,
  );
});

for (
  const [own, foreign, key] of [
    ["SLUICE_PORT", "PORT", "port"],
    ["SLUICE_WORKERS", "WEB_CONCURRENCY", "workers"],
  ] as const
) {
  Deno.test(`loadSettings() prefers ${own} to ${foreign}`, async () => {
    const both = { [foreign]: "1", [own]: "2" };
    assertEquals((await load({ environment: both })).settings[key], 2);
    const { settings, sources } = await load({ environment: { [foreign]: "1" } });
    assertEquals(settings[key], 1);
    assertEquals(sources[key].detail, foreign);
  });
}

Deno.test("loadSettings() resolves paths from the folder of their source", async () => {
  const { settings } = await load({
    flags: { logFile: ["./a.log"] },
    environment: { SLUICE_PID_FILE: "/run/s.pid" },
    file: `handler = "app.ts"\nbind = ["unix:s.sock", "[::]:1"]`,
  });
  assertEquals(settings.logFile, "/srv/a.log");
  assertEquals(settings.pidFile, "/run/s.pid");
  assertEquals(settings.handler, "/etc/sluice/app.ts");
  assertEquals(settings.bind, [
    { transport: "unix", path: "/etc/sluice/s.sock" },
    { transport: "tcp", hostname: "::", port: 1 },
  ]);
});

Deno.test("loadSettings() lets a flag turn off what the environment turns on", async () => {
  const { settings, sources } = await load({
    flags: { watch: ["false"] },
    environment: { SLUICE_WATCH: "1", SLUICE_SANDBOX: "on" },
    file: "sandbox = false",
  });
  assertEquals([settings.watch, settings.sandbox], [false, true]);
  assertEquals(sources.watch, { from: "flag", detail: "--watch" });
});

Deno.test("loadSettings() says what a boolean can be", async () => {
  await refuses(
    { flags: { watch: ["maybe"] } },
    64,
    `Cannot use --watch "maybe": expected true or false`,
  );
  await refuses(
    { environment: { SLUICE_SANDBOX: "2" } },
    78,
    `Cannot use SLUICE_SANDBOX "2": expected true or false`,
  );
  await refuses(
    { file: "watch = 1" },
    78,
    `Cannot use watch 1 in "/etc/sluice/s.toml": expected true or false`,
  );
});

Deno.test("loadSettings() refuses a handler together with a service", async () => {
  await refuses(
    { flags: { handler: ["a.ts"], service: ["echo"] } },
    64,
    "Cannot combine --handler with --service: expected only one of them",
  );
  await refuses(
    { file: `handler = "a.ts"\nservice = "echo"` },
    78,
    `Cannot combine handler with service in "/etc/sluice/s.toml": ` +
      "expected only one of them",
  );
});

Deno.test("loadSettings() prefers the stronger source of handler and service", async () => {
  const one = await load({
    flags: { service: ["echo"] },
    environment: { SLUICE_HANDLER: "a.ts" },
  });
  assertEquals([one.settings.handler, one.settings.service], [null, "echo"]);
  assertEquals(one.sources.handler, {
    from: "default",
    detail: "--service overrides SLUICE_HANDLER",
  });
  const other = await load({
    flags: { handler: ["a.ts"] },
    file: `service = "echo"`,
  });
  assertEquals(other.settings.handler, "/srv/a.ts");
  assertEquals(other.settings.service, "http");
});

Deno.test("loadSettings() refuses bind together with host or port", async () => {
  await refuses(
    { flags: { bind: ["[::]:1"], port: ["2"] } },
    64,
    "Cannot combine --bind with --port: expected only one of them",
  );
  await refuses(
    { environment: { SLUICE_BIND: "[::]:1", SLUICE_HOST: "::1" } },
    78,
    "Cannot combine SLUICE_BIND with SLUICE_HOST: expected only one of them",
  );
});

Deno.test("loadSettings() prefers the stronger source of bind and port", async () => {
  const addresses = async (given: Given) => resolveAddresses((await load(given)).settings, 7);
  assertEquals(
    await addresses({ flags: { port: ["9"] }, file: `bind = ["[::]:1"]` }),
    [{ transport: "tcp", hostname: "127.0.0.1", port: 9 }],
  );
  const bound = [{ transport: "tcp", hostname: "::", port: 1 }];
  assertEquals(
    await addresses({
      flags: { bind: ["[::]:1"] },
      environment: { PORT: "9", SLUICE_HOST: "::1" },
    }),
    bound,
  );
  // Platforms set PORT for everything they start; names of our own are deliberate.
  assertEquals(
    await addresses({ environment: { SLUICE_BIND: "[::]:1", PORT: "9" } }),
    bound,
  );
  assertEquals(
    await addresses({
      flags: { port: ["9"] },
      environment: { SLUICE_BIND: "[::]:1", SLUICE_HOST: "::1" },
    }),
    [{ transport: "tcp", hostname: "::1", port: 9 }],
  );
});

Deno.test("resolveAddresses() falls back to the service's port", async () => {
  const { settings } = await load({ flags: { host: ["::1"] } });
  assertEquals(resolveAddresses(settings, 7), [
    { transport: "tcp", hostname: "::1", port: 7 },
  ]);
  const zero = await load({ flags: { port: ["0"] } });
  assertEquals(resolveAddresses(zero.settings, 7), [
    { transport: "tcp", hostname: "127.0.0.1", port: 0 },
  ]);
});

Deno.test("loadSettings() treats - as standard output, not as a path", async () => {
  const accessLog = async (given: Given) => (await load(given)).settings.accessLog;
  assertEquals(await accessLog({ flags: { accessLog: ["-"] } }), "-");
  assertEquals(await accessLog({ file: 'access-log = "-"' }), "-");
  assertEquals(await accessLog({ file: 'access-log = "a.log"' }), "/etc/sluice/a.log");
  assertEquals(await accessLog({ flags: { accessLog: ["./-"] } }), "/srv/-");
  await refuses(
    { flags: { accessLog: [""] } },
    64,
    'Cannot use --access-log "": expected a path or -',
  );
});
