import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { printConfigText } from "../../src/cli/print_config.ts";
import {
  formatDependency,
  maskDependency,
  parseDependency,
} from "../../src/settings/dependency.ts";
import { loadSettings } from "../../src/settings/load.ts";

function load(flags: Record<string, string | string[]>, environment = {}) {
  const readFile = () => Promise.reject(new Error("no file is named"));
  return loadSettings({ flags, environment, readFile, cwd: "/srv" });
}

Deno.test("parseDependency() reads a name, a URL and settings after it", () => {
  const usual = { required: false, interval: 2000, timeout: 2000 };
  assertEquals(parseDependency("q=tcp://[::1]:5672"), {
    name: "q",
    url: "tcp://[::1]:5672",
    ...usual,
  });
  const url = "https://api.test/a,b?c=1,2";
  assertEquals(parseDependency(` api.v2=${url}, timeout=500ms,required,interval=10s `), {
    name: "api.v2",
    url,
    required: true,
    interval: 10_000,
    timeout: 500,
  });
});

Deno.test("parseDependency() refuses what cannot be probed, and says what was expected", () => {
  const cases = [
    ["redis://a.test", "a name and a URL"],
    ["a=ftp://a.test", "a name and a URL"],
    ["a=redis://", "a name and a URL"],
    ["a=tcp://a.test", "a port after the host"],
    ["a=redis://a.test:0", "a port above 0"],
    ["a=http://u:p@a.test", "no user and no password"],
    ["a=tcp://a.test:1/x", "nothing after the port"],
    ["a=redis://a.test/x", "the number of a database"],
    ["a=postgres://%ff@a.test", "percent-encoded bytes"],
    ["a=redis://a.test,interval=0", "interval to be a duration"],
    ["a=redis://a.test,timeout=x", "timeout to be a duration"],
  ];
  for (const [text = "", expected = ""] of cases) {
    const problem = parseDependency(text);
    assert(typeof problem === "string", text);
    assertStringIncludes(problem, expected);
  }
});

Deno.test("formatDependency() writes what parseDependency() reads, maskDependency() without the password", () => {
  const text = "db=postgres://app:pw@db.test/app,required,interval=10s,timeout=1s";
  const dependency = parseDependency(text);
  if (typeof dependency === "string") throw new Error(dependency);
  assertEquals(formatDependency(dependency), text);
  assertEquals(maskDependency(dependency), text.replace("pw", "***"));
});

Deno.test("--dependency may be repeated, and be several in the environment", async () => {
  const SLUICE_DEPENDENCY = "a=http://a.test/?x=1,2,required,b=redis://b.test";
  const { settings } = await load({}, { SLUICE_DEPENDENCY });
  assertEquals(settings.dependency.map(formatDependency), [
    "a=http://a.test/?x=1,2,required",
    "b=redis://b.test",
  ]);
  const twice = load({ dependency: ["a=redis://a.test", "a=redis://b.test"] });
  await assertRejects(() => twice, Error, "expected each name once");
  const secret = load({ dependency: ["a=redis://:s3cret@a.test", "a=redis://b.test"] });
  const { message } = await assertRejects(() => secret, Error);
  assertEquals(message.includes("s3cret"), false, message);
});

Deno.test("secrets are shown neither by --print-config nor by an error", async () => {
  const loaded = await load({
    dependency: ["db=postgres://app:pw1@db.test/app", "c=redis://c.test"],
    alertWebhook: ["https://hooks.test/pw2"],
  });
  const text = printConfigText(loaded);
  assertStringIncludes(
    text,
    '# dependency = ["db=postgres://app:***@db.test/app", "c=redis://c.test"]',
  );
  assertStringIncludes(text, '# alert-webhook = ["https://hooks.test/***"]');
  const error = await assertRejects(() => load({ dependency: ["db=postgre://app:pw3@db.test"] }));
  const other = await assertRejects(() => load({ alertWebhook: ["ftp://hooks.test/pw4"] }));
  assert(!/pw\d/.test(`${text} ${error} ${other}`));
});
