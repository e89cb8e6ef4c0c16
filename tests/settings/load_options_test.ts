import { assertEquals, assertThrows } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import type { FlagsOf } from "../../src/settings/flags.ts";
import { LOAD_OPTIONS, readLoadSettings } from "../../src/settings/load_options.ts";

type Flags = FlagsOf<typeof LOAD_OPTIONS>;

const read = (flags: Flags) => readLoadSettings(flags, "/srv");

function refuses(flags: Flags, message: string) {
  const error = assertThrows(() => read(flags), ExitError);
  assertEquals([error.message, error.exitCode], [message, 64]);
}

Deno.test("readLoadSettings() returns the defaults", () => {
  assertEquals(read({}), {
    request: [],
    delimiter: "\n",
    messageSize: 64,
    connections: 64,
    rate: null,
    duration: 10_000,
    warmup: 0,
    seed: 1,
    json: null,
  });
});

Deno.test("readLoadSettings() returns final values", () => {
  const settings = read({
    request: ["a", "b"],
    delimiter: ["\\r\\n"],
    messageSize: ["1kb"],
    rate: ["0.5"],
    duration: ["500ms"],
    warmup: ["1"],
    seed: ["4294967295"],
    json: ["-"],
  });
  assertEquals(settings, {
    request: ["/srv/a", "/srv/b"],
    delimiter: "\r\n",
    messageSize: 1024,
    connections: 64,
    rate: 0.5,
    duration: 500,
    warmup: 1000,
    seed: 2 ** 32 - 1,
    json: "-",
  });
});

Deno.test("readLoadSettings() exits 64 for a value out of bounds", () => {
  const integer = (max: number, min = 0) => `expected an integer from ${min} to ${max}`;
  refuses(
    { connections: ["100001"] },
    `Cannot use --connections "100001": ${integer(100_000, 1)}`,
  );
  refuses({ seed: ["4294967296"] }, `Cannot use --seed "4294967296": ${integer(2 ** 32 - 1)}`);
  refuses({ rate: ["x"] }, `Cannot use --rate "x": expected a number above 0, up to 10000000`);
  refuses({ duration: ["0"] }, `Cannot use --duration "0": expected a duration from 1ms to 24d`);
  refuses({ messageSize: ["0"] }, `Cannot use --message-size "0": expected a size of at least 1b`);
  refuses(
    { delimiter: ["\\q"] },
    `Cannot use --delimiter "\\\\q": ` +
      String.raw`expected text with no other escapes than \n, \r, \t, \0, \xHH and \\`,
  );
});
