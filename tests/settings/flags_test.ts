import { assert, assertEquals, assertThrows } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { type FlagsOf, loadFlags } from "../../src/settings/flags.ts";
import * as kinds from "../../src/settings/kinds.ts";
import { list, paths } from "../../src/settings/kinds/lists.ts";
import { option } from "../../src/settings/option.ts";

const rest = { group: "Load", help: "Something" } as const;

const TABLE = {
  runs: option(kinds.integer(1, 9), { default: 3, ...rest }),
  warmup: option(kinds.duration(), { default: null, ...rest }),
  messageSize: option(kinds.size(1), { default: null, ...rest }),
  out: option(kinds.path(), { default: null, ...rest }),
  workers: option(list(kinds.integer(1, 9)), { default: [], ...rest }),
  request: option(paths(), { default: [], ...rest }),
};

const load = (flags: FlagsOf<typeof TABLE>) => loadFlags(TABLE, flags, "/srv");

function refuses(flags: FlagsOf<typeof TABLE>, message: string) {
  const error = assertThrows(() => load(flags), ExitError);
  assertEquals([error.message, error.exitCode], [message, 64]);
}

Deno.test("loadFlags() returns the defaults, frozen", () => {
  const values = load({});
  assertEquals(values, {
    runs: 3,
    warmup: null,
    messageSize: null,
    out: null,
    workers: [],
    request: [],
  });
  assert(Object.isFrozen(values) && Object.isFrozen(values.workers));
});

Deno.test("loadFlags() returns milliseconds, bytes and absolute paths", () => {
  const values = load({
    warmup: ["2s"],
    messageSize: ["1kb"],
    out: ["a"],
    workers: ["2,1", "2"],
    request: ["x", "/y"],
  });
  assertEquals(values, {
    runs: 3,
    warmup: 2000,
    messageSize: 1024,
    out: "/srv/a",
    workers: [2, 1],
    request: ["/srv/x", "/y"],
  });
});

Deno.test("loadFlags() exits 64 for a wrong value, with the same message as loadSettings()", () => {
  refuses({ runs: ["x"] }, `Cannot use --runs "x": expected an integer from 1 to 9`);
  refuses({ messageSize: ["0"] }, `Cannot use --message-size "0": expected a size of at least 1b`);
  refuses({ out: ["\0"] }, `Cannot use --out "\\u0000": expected a path`);
  refuses({ workers: ["1,2", "3,x"] }, `Cannot use --workers "x": expected an integer from 1 to 9`);
});

Deno.test("loadFlags() exits 64 for a repeated flag that is not a list", () => {
  refuses({ runs: ["1", "2"] }, `Cannot repeat --runs: found "1" and "2", expected one value`);
});
