import { assert, assertEquals, assertMatch } from "@std/assert";
import { safeParse } from "valibot";
import {
  ACTIONS,
  envName,
  flagName,
  kebab,
  OPTION_KEYS,
  optionOf,
  OPTIONS,
} from "../../src/settings/options.ts";

Deno.test("OPTIONS names derive from the key", () => {
  assertEquals(kebab("maxConnectionsPerIp"), "max-connections-per-ip");
  assertEquals(flagName("idleTimeout"), "--idle-timeout");
  assertEquals(envName("idleTimeout"), "SLUICE_IDLE_TIMEOUT");
  assertEquals(flagName("printConfig"), "--print-config");
});

Deno.test("OPTIONS uses each letter once", () => {
  const letters = [
    ...OPTION_KEYS.map((key) => optionOf(key).short),
    ...Object.values(ACTIONS).map(({ short }) => short),
  ].filter((short) => short !== "");
  assertEquals(new Set(letters).size, letters.length);
});

Deno.test("OPTIONS defaults pass their own schema as text", () => {
  for (const key of OPTION_KEYS) {
    const option = optionOf(key);
    if (option.default === null) continue;
    const text = option.format(option.default as NonNullable<unknown>);
    const result = safeParse(option.schema, text);
    assert(result.success, key);
    assertEquals(result.output, option.default, key);
  }
});

Deno.test("OPTIONS help is one line without a full stop, and null has a description", () => {
  for (const key of OPTION_KEYS) {
    const option = optionOf(key);
    assertMatch(option.help, /^[A-Z][^\n]*[^.\n]$/, key);
    assertEquals(option.unset !== "", isUnset(option.default), key);
  }
});

Deno.test("OPTIONS bounds apply to text and to numbers", () => {
  const accepts = (key: keyof typeof OPTIONS, value: unknown) =>
    safeParse(optionOf(key).schema, value).success;
  assert(accepts("port", "0") && accepts("port", 65535));
  assert(!accepts("port", "65536") && !accepts("port", -1));
  assert(!accepts("port", 1.5) && !accepts("port", "1.5"));
  assert(!accepts("port", "") && !accepts("port", true));
  assert(!accepts("maxConnections", 0) && accepts("maxConnectionsPerIp", 0));
  assert(accepts("idleTimeout", "0") && accepts("idleTimeout", "24d"));
  assert(!accepts("idleTimeout", "25d"));
  assert(!accepts("logMaxSize", 1023) && accepts("logMaxSize", "1kb"));
  assert(!accepts("unixMode", 660) && !accepts("unixMode", "999"));
  assert(!accepts("workers", 0) && accepts("workers", 256) && !accepts("workers", 257));
  assert(accepts("spareThreads", 0) && accepts("maxRequests", 2 ** 31 - 1));
  assert(!accepts("maxRequests", 2 ** 31));
  assert(accepts("maxRequestsJitter", "100%") && !accepts("maxRequestsJitter", "101%"));
  assert(accepts("maxWorkerMemory", "1mb") && !accepts("maxWorkerMemory", "1023kb"));
});

Deno.test("OPTIONS unixMode is octal", () => {
  assertEquals(safeParse(OPTIONS.unixMode.schema, "660").output, 0o660);
  assertEquals(safeParse(OPTIONS.unixMode.schema, "0600").output, 0o600);
  assertEquals(OPTIONS.unixMode.format(0o060), "060");
});

Deno.test("OPTIONS flags accept words in any case, and booleans", () => {
  const read = (value: unknown) => safeParse(OPTIONS.watch.schema, value);
  for (const yes of [true, "true", "yes", "on", "1", "True", "ON"]) {
    assertEquals(read(yes).output, true, String(yes));
  }
  for (const no of [false, "false", "no", "off", "0", "No"]) {
    assertEquals(read(no).output, false, String(no));
  }
  for (const wrong of ["", "y", "enable", "constructor", 0, 1, null, [true]]) {
    assert(!read(wrong).success, String(wrong));
  }
});

function isUnset(value: unknown): boolean {
  return value === null || Array.isArray(value) && value.length === 0;
}
