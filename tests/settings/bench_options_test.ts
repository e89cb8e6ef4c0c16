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

type Flags = FlagsOf<typeof BENCH_OPTIONS>;

const read = (flags: Flags) => readBenchSettings(flags, "/srv");

function refuses(flags: Flags, message: string) {
  const error = assertThrows(() => read(flags), ExitError);
  assertEquals([error.message, error.exitCode], [message, 64]);
}

Deno.test("readBenchSettings() returns the defaults", () => {
  assertEquals(read({}), {
    workload: "http",
    handler: null,
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

Deno.test("readBenchSettings() exits 64 for a handler together with a workload", () => {
  // The flag counts although it repeats the default.
  refuses(
    { handler: ["h.ts"], request: ["a"], workload: ["http"] },
    "Cannot combine --handler with --workload: expected only one of them",
  );
});

Deno.test("readBenchSettings() exits 64 for a handler or a request without the other", () => {
  refuses(
    { handler: ["h.ts"] },
    `Cannot use --handler "h.ts": expected at least one --request as well, ` +
      "a file to send to it",
  );
  refuses({ request: ["a", "b"] }, `Cannot use --request "a": expected --handler as well`);
});

Deno.test("WORKLOAD_HELP has each workload of the option, in the same order", () => {
  assertEquals(BENCH_OPTIONS.workload.choices, Object.keys(WORKLOAD_HELP));
});
