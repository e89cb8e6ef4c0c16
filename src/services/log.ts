import type { Connection } from "../core/connection.ts";
import { defineService, type ServiceContext } from "./service.ts";
import { printable } from "../base/printable.ts";

/** The most bytes of a line to log; the rest is only counted. */
const LINE_LIMIT = 1024;
const LINE_FEED = 10;

/** Logs what a client sends, line by line, and sends nothing back. */
export const log = defineService({
  name: "log",
  help: "logs what a client sends, line by line",
  port: 7001,
  options: [],
  refusal: null,
  create: (context) => (connection) => serve(connection, context),
});

async function serve(connection: Connection, context: ServiceContext): Promise<void> {
  const write = (line: Uint8Array, cut: number) => {
    context.log.info("Line received", {
      "sluice.connection.id": connection.id,
      "sluice.line": printable(trimEnd(line), LINE_LIMIT),
      ...(cut > 0 ? { "sluice.line.cut": cut } : {}),
    });
  };
  const kept = new Uint8Array(LINE_LIMIT);
  let length = 0;
  let cut = 0;
  let data: Uint8Array | null;
  while ((data = await connection.read()) !== null) {
    let from = 0;
    while (from < data.length) {
      const at = data.indexOf(LINE_FEED, from);
      const end = at === -1 ? data.length : at;
      const room = Math.min(end - from, LINE_LIMIT - length);
      kept.set(data.subarray(from, from + room), length);
      length += room;
      cut += end - from - room;
      from = end + 1;
      if (at === -1) break;
      write(kept.subarray(0, length), cut);
      length = cut = 0;
    }
  }
  if (length > 0) write(kept.subarray(0, length), cut);
}

function trimEnd(line: Uint8Array): Uint8Array {
  return line[line.length - 1] === 13 ? line.subarray(0, -1) : line;
}
