import { assertEquals, assertThrows } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import {
  BENCH_OPTIONS,
  readBenchSettings,
  WORKLOAD_HELP,
  WORKLOADS,
} from "../../src/settings/bench_options.ts";
import type { FlagsOf } from "../../src/settings/flags.ts";
import { OPTIONS } from "../../src/settings/options.ts";
import type { Targets } from "../../src/settings/targets.ts";

type Flags = FlagsOf<typeof BENCH_OPTIONS>;

const read = (flags: Flags, targets: Targets = {}) => readBenchSettings({ flags, targets }, "/srv");

function refuses(flags: Flags, message: string, targets: Targets = {}) {
  const error = assertThrows(() => read(flags, targets), ExitError);
  assertEquals([error.message, error.exitCode], [message, 64]);
}

Deno.test("readBenchSettings() returns the defaults", () => {
  assertEquals(read({}), {
    workload: "http",
    handler: null,
    root: null,
    request: [],
    delimiter: "\n",
    messageSize: null,
    connections: [],
    rate: null,
    duration: 5000,
    warmup: 3000,
    runs: 3,
    seed: 1,
    modes: ["single", "async", "threaded", "pooled", "forked"],
    workers: [],
    peers: false,
    json: null,
    html: null,
  });
});

Deno.test("readBenchSettings() returns final values", () => {
  const settings = read({
    workload: ["slow-clients"],
    messageSize: ["1mb"],
    connections: ["64,1", "1000"],
    modes: ["pooled,async", "pooled"],
    workers: ["4,2"],
    peers: ["true"],
    json: ["r.json"],
    html: ["/tmp/r.html"],
  });
  assertEquals(settings.workload, "slow-clients");
  assertEquals(settings.messageSize, 1024 ** 2);
  assertEquals(settings.connections, [64, 1, 1000]);
  assertEquals(settings.modes, ["pooled", "async"]);
  assertEquals(settings.workers, [4, 2]);
  assertEquals(settings.peers, true);
  assertEquals([settings.json, settings.html], ["/srv/r.json", "/tmp/r.html"]);
});

Deno.test("readBenchSettings() exits 64 for a value out of bounds", () => {
  refuses({ runs: ["101"] }, `Cannot use --runs "101": expected an integer from 1 to 100`);
  refuses({ workers: ["1,257"] }, `Cannot use --workers "257": expected an integer from 1 to 256`);
  refuses(
    { connections: ["1", "0"] },
    `Cannot use --connections "0": expected an integer from 1 to 100000`,
  );
  refuses(
    { modes: ["async,asink"] },
    `Cannot use --modes "asink": expected one of ${OPTIONS.mode.choices.join(", ")}`,
  );
  refuses(
    { workload: ["tcp"] },
    `Cannot use --workload "tcp": expected one of ${WORKLOADS.join(", ")}`,
  );
});

Deno.test("readBenchSettings() accepts a handler with requests to send to it", () => {
  const { handler, request } = read({ handler: ["h.ts"], request: ["a", "b", "a"] });
  assertEquals([handler, request], ["/srv/h.ts", ["/srv/a", "/srv/b"]]);
});

Deno.test("readBenchSettings() takes a handler and a folder from flags or from arguments", () => {
  const flags = read({ handler: ["h.ts"], root: ["public"] });
  const targets = read({}, { handler: "h.ts", root: "public" });
  assertEquals([flags.handler, flags.root, flags.request], ["/srv/h.ts", "/srv/public", []]);
  assertEquals(targets, flags);
  assertEquals(read({ handler: ["h.ts"] }, { root: "public" }), flags);
});

Deno.test("readBenchSettings() exits 64 for a handler or a folder together with a workload", () => {
  // The flag counts although it repeats the default.
  const workload = ["http"];
  const message = (name: string) =>
    `Cannot combine ${name} with --workload: expected only one of them`;
  refuses({ handler: ["h.ts"], workload }, message("--handler"));
  refuses({ root: ["public"], workload }, message("--root"));
  refuses({ workload }, message(`the argument "h.ts"`), { handler: "h.ts" });
});

Deno.test("readBenchSettings() exits 64 for an argument and a flag that name the same", () => {
  refuses(
    { handler: ["a.ts"] },
    `Cannot combine the argument "b.ts" with --handler: expected only one of them`,
    { handler: "b.ts" },
  );
});

Deno.test("readBenchSettings() exits 64 for a request without a handler or a folder", () => {
  const message = `Cannot use --request "a": expected a handler or a folder to send it to`;
  refuses({ request: ["a", "b"] }, message);
});

Deno.test("WORKLOAD_HELP has each workload of the option, in the same order", () => {
  assertEquals(BENCH_OPTIONS.workload.choices, Object.keys(WORKLOAD_HELP));
});
