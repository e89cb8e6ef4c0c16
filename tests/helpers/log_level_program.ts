/**
 * A program that serves, asks itself for what logs, and changes the level in between: prints what
 * the log then has as JSON on standard error. Its arguments are a mode and the path of a handler.
 */
import { writeText } from "../../src/base/write_text.ts";
import { openAccessLog } from "../../src/log/access_log.ts";
import { openLog } from "../../src/log/log.ts";
import type { RecentRecord } from "../../src/log/recent_records.ts";
import { factsOf } from "../../src/ops/status/facts_of.ts";
import type { ServerFacts } from "../../src/ops/status/server_facts.ts";
import { setLogLevel } from "../../src/ops/commands/log_level.ts";
import { LANE_ARGUMENT } from "../../src/places/messages.ts";
import { Server } from "../../src/server/server.ts";
import { loadSettings } from "../../src/settings/load.ts";
import { readTextFile } from "../../src/base/read_text_file.ts";
import { until } from "./until.ts";

/** What the program prints. */
export interface LogReport {
  readonly counts: ServerFacts["log"];
  readonly recent: readonly RecentRecord[];
  /** The numbers of the records that a listener was called with. */
  readonly heard: readonly number[];
}

async function run(mode: string, handler: string): Promise<LogReport> {
  const workers = { threaded: "maxThreads", pooled: "workers", forked: "workers" }[mode];
  const { settings } = await loadSettings({
    flags: {
      mode: [mode],
      handler: [handler],
      port: ["0"],
      ...workers === undefined ? {} : { [workers]: ["1"] },
    },
    environment: {},
    readFile: readTextFile,
    cwd: Deno.cwd(),
  });
  const log = await openLog({
    level: "info",
    format: "json",
    file: null,
    maxSize: 0,
    maxFiles: 1,
    isWatched: true,
  });
  await using accessLog = await openAccessLog(settings, log);
  const server = await Server.start(settings, log, accessLog, new AbortController().signal);
  const heard: number[] = [];
  log.recent.onRecord(({ number }) => heard.push(number));
  const [address] = server.addresses;
  const port = address?.transport === "tcp" ? address.port : 0;
  const ask = async (path: string) => {
    const headers = { connection: "close" };
    await (await fetch(`http://127.0.0.1:${port}/${path}`, { headers })).body?.cancel();
    const { accepted } = server.supervisor.totals.with(server.scoreboard);
    await until(
      "the client is gone",
      () => server.supervisor.lanes.every(({ row }) => row.open === 0) && accepted > 0,
    );
  };
  const setLevel = async (level: "debug" | "error") => {
    setLogLevel({ server, log }, level);
    // A reply to a later message: the lanes have the one about the level.
    await Promise.all(server.supervisor.lanes.map(({ handle }) => handle.setReuseportFilter(null)));
  };
  await ask("info");
  await setLevel("debug");
  await ask("debug");
  await server.reload(() => Promise.resolve(settings));
  await ask("reloaded");
  await setLevel("error");
  await ask("error");
  await server.stop();
  const report = { counts: factsOf(server).log, recent: log.recent.after(0), heard };
  await log.close();
  return report;
}

if (import.meta.main) {
  const [mode = "", handler = ""] = Deno.args;
  if (mode === LANE_ARGUMENT) {
    const { runProcess } = await import("../../src/places/process_entry.ts");
    Deno.exit(await runProcess());
  }
  writeText(Deno.stderr, JSON.stringify(await run(mode, handler)));
  Deno.exit(0);
}
