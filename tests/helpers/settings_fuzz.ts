import { assert, assertEquals } from "@std/assert";
import { EXIT, ExitError } from "../../src/base/exit.ts";
import { CONTROLS } from "../../src/base/printable.ts";
import { printConfigText } from "../../src/cli/print_config.ts";
import type { Random } from "../../src/load/random.ts";
import { type Loaded, type LoadOptions, loadSettings } from "../../src/settings/load.ts";
import type { Option } from "../../src/settings/option.ts";
import { OPTION_KEYS, type OptionKey, optionOf } from "../../src/settings/options.ts";
import { hasSecret } from "../../src/settings/written_value.ts";
import { character, mutate, oddNumber } from "./fuzz.ts";

/** The longest message that is still for people, in characters. */
const MAX_MESSAGE = 1500;

/** What {@linkcode loadSettings} reads from; the file has the given text. */
export type Given = Partial<Pick<LoadOptions, "flags" | "environment">> & { file?: string };

/** Loads settings in the folder /srv. */
export function loadGiven({ flags = {}, environment = {}, file = "" }: Given): Promise<Loaded> {
  const readFile = () => Promise.resolve(file);
  return loadSettings({ flags, environment, readFile, cwd: "/srv" });
}

/**
 * Runs something that fails only by what its user wrote, and checks the error.
 *
 * @param codes The documented exit codes.
 * @returns The result; null if it threw an error of these codes, with one printable line.
 */
export async function orUsersError<T>(
  codes: readonly number[],
  run: () => T | Promise<T>,
): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ExitError)) throw error;
    assert(codes.includes(error.exitCode), `exit code ${error.exitCode}: ${error.message}`);
    assertPrintable(error.message);
    assert(error.message.length <= MAX_MESSAGE, `a message of ${error.message.length} characters`);
    assert(error.message !== "", "no message");
    return null;
  } finally {
    assertUnpolluted();
  }
}

/** Checks that a line can be printed: no control characters. */
export function assertPrintable(line: string): void {
  assertEquals(line.match(CONTROLS), null, line);
}

/**
 * Loads settings, which gives valid ones or an error of its user. Valid ones survive
 * `--print-config` and loading, except for secrets.
 */
export async function assertLoads(given: Given): Promise<void> {
  const codes = [EXIT.usage, EXIT.noInput, EXIT.noPermission, EXIT.config];
  const loaded = await orUsersError(codes, () => loadGiven(given));
  if (loaded === null) return;
  const file = printConfigText(loaded);
  // deno-lint-ignore no-control-regex -- that is what must not be there
  for (const line of file.split("\n")) assert(!/[\0-\x1f\x7f]/.test(line), line);
  const again = await loadGiven({ flags: { config: ["/srv/s.toml"] }, file });
  // A secret is masked, and is not a setting of the file.
  const secrets = OPTION_KEYS.filter((key) => hasSecret(optionOf(key), loaded.settings[key]));
  const not = Object.fromEntries(["config", ...secrets].map((key) => [key, null]));
  assertEquals({ ...again.settings, ...not }, { ...loaded.settings, ...not });
}

/** Checks that no object inherits anything new. */
function assertUnpolluted(): void {
  for (const prototype of [Object.prototype, Array.prototype, Function.prototype]) {
    assertEquals(Object.keys(prototype), [], "a prototype is polluted");
  }
}

/** Texts that a value of any kind may contain. */
export const SPLINTERS = [
  ...["0", "1", "90", "8000", "1.5", "-1", "1e3", "10%", "500ms", "30s", "1d", "16kb", "1gb"],
  ...["true", "off", "none", "null", "inf", "nan", "660", "0x1", "1979-05-27T07:32:00Z"],
  ...["127.0.0.1:80", "[::1]:0", "localhost:1", "unix:/a", "::1", "0.0.0.0", "fe80::1%eth0"],
  ...["async", "pooled", "http", "a.ts", "-", "/", "..", "./", "~", "\\n", "\\x00", "\\"],
  ...['"', "'", '"""', "'''", "[", "]", "{", "}", ",", "=", ":", ".", "#", "//", "/*", "*/"],
  ...["\n", "\r\n", "\t", " ", "\0", "\x1b[31m", "\x7f", "\u2028", "\u202e", "\ufeff", "\ud800"],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"],
] as [string, ...string[]];

/** A key of an option. */
export function optionKey(random: Random): OptionKey {
  return random.pick(OPTION_KEYS as [OptionKey, ...OptionKey[]]);
}

/** Text for the value of an option: often right, often nearly so. */
export function valueText(random: Random, option: Option<unknown>): string {
  const { choices, type } = option;
  const usual = choices.length > 0
    ? random.pick(choices as [string, ...string[]])
    : random.pick(USUAL[type]);
  if (random.percent(40)) return usual;
  if (random.percent(20)) return oddNumber(random);
  if (random.percent(20)) {
    return Array.from({ length: random.below(20) }, () => character(random)).join("");
  }
  return mutate(random, usual, SPLINTERS);
}

/** Text for the value of an option of the server. */
export function valueTextOf(random: Random, key: OptionKey): string {
  return valueText(random, optionOf(key));
}

/** Right values of each kind, for many options. */
const USUAL: Readonly<Record<Option<unknown>["type"], [string, ...string[]]>> = {
  choice: [""],
  flag: ["true", "false", "on", "No", "1"],
  integer: ["1", "8", "65535", "+7", "0"],
  number: ["1", "2.5", "1e3"],
  duration: ["500ms", "30s", "1.5m", "24d", "0", "90"],
  size: ["1024", "16kb", "1.5 MB", "1gib"],
  percent: ["0", "2.5%", "100 %"],
  host: ["localhost", "::1", "0.0.0.0", "a-b.c."],
  text: ["\\r\\n", "a\\x00\\\\", "ü"],
  path: ["a.ts", "/run/a b.pid", "./x", "-", "../x"],
  permissions: ["660", "0600"],
  address: ["127.0.0.1:9900", "[::1]:9900", "unix:/tmp/admin.sock"],
  addresses: ["127.0.0.1:80,[::1]:81", "unix:a.sock", "localhost:0"],
  network: ["10.0.0.0/8,::1", "unix", "fd00::/8"],
  backend: ["10.0.0.1:80,weight=2,[::1]:81,backup", "unix:a.sock", "srv+tcp://_a._tcp.b,max=1"],
  check: ["none", "tcp", "http:/health?a=b"],
  aspect: ["none", "cookie", "header:X-User", "cookie:a", "path"],
  statuses: ["200-399", "200,204"],
  range: ["5s-1m", "500ms-0.5s", "90"],
  url: ["https://alerts.test/hook", "http://127.0.0.1:9093,http://a.test/b?c"],
  dependency: ["db=postgres://app:x@db.test/app,required", "q=tcp://[::1]:5672,interval=1s"],
};
