/**
 * A server that takes commands of operators as lines of JSON from standard input, and writes what
 * comes of each as a line between those of its log. It serves until the input ends.
 */
import { readTextFile } from "../../src/base/read_text_file.ts";
import { writeText } from "../../src/base/write_text.ts";
import { readCommandLine } from "../../src/cli/command_line.ts";
import { openAccessLog } from "../../src/log/access_log.ts";
import { openLog } from "../../src/log/log.ts";
import { setBackend } from "../../src/ops/commands/backend.ts";
import { closeConnection, listConnections } from "../../src/ops/commands/connections.ts";
import { readUpstreams } from "../../src/ops/status/upstream_reader.ts";
import { LANE_ARGUMENT } from "../../src/places/messages.ts";
import { runProcess } from "../../src/places/process_entry.ts";
import { Server } from "../../src/server/server.ts";
import { loadSettings } from "../../src/settings/load.ts";
import { readLines } from "../../src/testing/server_process.ts";
import type { Asked } from "./operated.ts";

function say(result: unknown): void {
  // The console belongs to handlers once a lane is on this thread.
  writeText(Deno.stdout, `${JSON.stringify({ message: "result", result })}\n`);
}

async function run(args: readonly string[]): Promise<void> {
  const { line: { flags } } = await readCommandLine(args);
  const load = async () => {
    const given = { flags, environment: {}, readFile: readTextFile, cwd: Deno.cwd() };
    return (await loadSettings(given)).settings;
  };
  const settings = await load();
  const { logLevel: level, logFormat: format } = settings;
  const log = await openLog({ level, format, file: null, maxSize: 0, maxFiles: 1 });
  const accessLog = await openAccessLog(settings, log);
  const server = await Server.start(settings, log, accessLog, new AbortController().signal);
  const [address] = server.addresses;
  say(address?.transport === "tcp" ? address.port : null);

  const act = async (asked: Asked): Promise<unknown> => {
    if (asked.kind === "connections") {
      const begun = performance.now();
      const list = await listConnections(server, asked.filter, asked.limit);
      return { ...list, duration: performance.now() - begun };
    }
    if (asked.kind === "closeConnection") return await closeConnection(server, asked.id);
    if (asked.kind === "backend") return setBackend(server, asked);
    if (asked.kind === "upstreams") return readUpstreams(server.balancing);
    await server.reload(load);
    return null;
  };
  await readLines(Deno.stdin.readable, (line) => void act(JSON.parse(line)).then(say));
  await server.stop();
  await accessLog[Symbol.asyncDispose]();
  await log.close();
}

if (Deno.args[0] === LANE_ARGUMENT) Deno.exit(await runProcess());
await run(Deno.args);
Deno.exit(0);
