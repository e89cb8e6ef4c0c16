import { assertEquals, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { type Flags, loadSettings } from "../../src/settings/load.ts";

interface Given {
  flags?: Flags;
  environment?: Record<string, string>;
  /** The text of /etc/s.toml. */
  file?: string;
}

function load({ flags = {}, environment = {}, file = "" }: Given) {
  return loadSettings({
    flags,
    environment: { SLUICE_CONFIG: "/etc/s.toml", ...environment },
    readFile: () => Promise.resolve(file),
    cwd: "/",
  });
}

async function refuses(given: Given, code: number, message: string) {
  const error: ExitError = await assertRejects(() => load(given), ExitError);
  assertEquals([error.message, error.exitCode], [message, code]);
}

Deno.test("checkConsistency() accepts a minimum of threads equal to the maximum", async () => {
  const { settings } = await load({
    flags: { minThreads: ["8"], maxThreads: ["8"], spareThreads: ["8"] },
  });
  assertEquals([settings.minThreads, settings.maxThreads], [8, 8]);
});

Deno.test("checkConsistency() names both values and their sources", async () => {
  await refuses(
    { flags: { minThreads: ["9"], maxThreads: ["8"] } },
    64,
    `Cannot combine --min-threads "9" with --max-threads "8": ` +
      "expected --min-threads to be at most --max-threads",
  );
  await refuses(
    { environment: { SLUICE_SPARE_THREADS: "9" }, file: "max-threads = 8" },
    78,
    `Cannot combine SLUICE_SPARE_THREADS "9" with max-threads 8 in "/etc/s.toml": ` +
      "expected --spare-threads to be at most --max-threads",
  );
});

Deno.test("checkConsistency() says which value is a default", async () => {
  await refuses(
    { environment: { SLUICE_MIN_THREADS: "100" } },
    78,
    `Cannot combine SLUICE_MIN_THREADS "100" with the default --max-threads 64: ` +
      "expected --min-threads to be at most --max-threads",
  );
});

Deno.test("checkConsistency() accepts a limit below the other's default", async () => {
  const { settings } = await load({ flags: { maxThreads: ["1"] } });
  assertEquals([settings.minThreads, settings.maxThreads], [2, 1]);
});

Deno.test("checkConsistency() exits 64 if either of the two is a flag", async () => {
  await refuses(
    { flags: { maxThreads: ["4"] }, file: "min-threads = 5" },
    64,
    `Cannot combine min-threads 5 in "/etc/s.toml" with --max-threads "4": ` +
      "expected --min-threads to be at most --max-threads",
  );
});

Deno.test("checkConsistency() checks final values, not overridden ones", async () => {
  const { settings } = await load({
    flags: { minThreads: ["3"] },
    file: "min-threads = 5\nmax-threads = 4",
  });
  assertEquals([settings.minThreads, settings.maxThreads], [3, 4]);
});

Deno.test("checkConsistency() refuses HTTP options with another service", async () => {
  const expected = "expected --service http or a handler";
  for (const service of ["echo", "message", "zen", "log"]) {
    await refuses(
      { flags: { root: ["/x"], service: [service] } },
      64,
      `Cannot combine --root "/x" with --service "${service}": ${expected}`,
    );
  }
  await refuses(
    { flags: { compress: ["true"], service: ["echo"] } },
    64,
    `Cannot combine --compress with --service "echo": ${expected}`,
  );
  await refuses(
    { environment: { SLUICE_ACCESS_LOG: "-", SLUICE_SERVICE: "zen" } },
    78,
    `Cannot combine SLUICE_ACCESS_LOG "-" with SLUICE_SERVICE "zen": ${expected}`,
  );
  await refuses(
    { flags: { service: ["echo"] }, file: "lab = true" },
    64,
    `Cannot combine lab in "/etc/s.toml" with --service "echo": ${expected}`,
  );
});

Deno.test("checkConsistency() accepts HTTP options with HTTP and with handlers", async () => {
  const flags = { root: ["/x"], compress: ["true"], accessLog: ["-"] };
  for (const served of [{}, { service: ["http"] }, { handler: ["h.ts"] }]) {
    const { settings } = await load({ flags: { ...flags, ...served } });
    assertEquals([settings.root, settings.compress, settings.accessLog], ["/x", true, "-"]);
  }
  // The handler overrides the service, so that nothing conflicts.
  await load({ flags: { ...flags, handler: ["h.ts"] }, file: 'service = "echo"' });
  await load({ flags: { lab: ["true"] } });
});

Deno.test("checkConsistency() ignores options that are off", async () => {
  await load({ flags: { compress: ["false"], service: ["echo"] }, file: "lab = false" });
  await load({ flags: { lab: ["false"], handler: ["h.ts"] } });
});

Deno.test("checkConsistency() refuses --lab with a handler", async () => {
  await refuses(
    { flags: { handler: ["h.ts"], lab: ["true"] } },
    64,
    `Cannot combine --lab with --handler "h.ts": expected --service http`,
  );
});

const PROXIES = { acceptProxy: ["true"], trustedProxies: ["10.0.0.0/8,unix", "::1"] };

Deno.test("checkConsistency() accepts --trusted-proxies alone for what may speak HTTP", async () => {
  const trustedProxies = ["10.0.0.0/8"];
  const proxy = { service: ["proxy"], protocol: ["http"], upstream: ["127.0.0.1:1"] };
  for (const one of [{ service: ["http"] }, proxy, { handler: ["h.ts"] }]) {
    const { settings } = await load({ flags: { trustedProxies, ...one } });
    assertEquals(settings.trustedProxies, trustedProxies);
  }
  await refuses(
    { flags: { trustedProxies, service: ["echo"] } },
    64,
    'Cannot use --trusted-proxies ["10.0.0.0/8"] without --accept-proxy: ' +
      "expected both or neither, except for HTTP",
  );
});

Deno.test("checkConsistency() accepts --accept-proxy from --trusted-proxies, and neither without the other", async () => {
  const { settings } = await load({ flags: PROXIES });
  assertEquals(settings.trustedProxies, ["10.0.0.0/8", "unix", "::1"]);
  await refuses(
    { flags: { acceptProxy: ["true"] } },
    64,
    "Cannot use --accept-proxy without --trusted-proxies: " +
      "expected the networks of the proxies, such as 10.0.0.0/8",
  );
  await refuses(
    { file: 'service = "echo"\ntrusted-proxies = ["10.0.0.0/8"]\naccept-proxy = false' },
    78,
    'Cannot use trusted-proxies ["10.0.0.0/8"] in "/etc/s.toml" without --accept-proxy: ' +
      "expected both or neither, except for HTTP",
  );
});
