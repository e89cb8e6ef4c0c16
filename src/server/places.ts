import { AddressTables } from "../core/address_counts.ts";
import type { Backends } from "../lane/backends.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";
import { SharedMemory } from "../lane/shared_state.ts";
import type { AccessLog } from "../log/access_log.ts";
import { LineBuffer } from "../log/line_buffer.ts";
import type { Log } from "../log/log.ts";
import type { LogLines } from "../log/log_lines.ts";
import { remoteLogger } from "../log/remote_logger.ts";
import type { PlaceName } from "../modes/mode.ts";
import { here } from "../places/here.ts";
import type { Place } from "../places/handle.ts";
import { process } from "../places/process.ts";
import { thread } from "../places/thread.ts";
import { importFile } from "../services/handler/handler_file.ts";
import { cpuTime } from "../base/cpu_clock.ts";

/** What the lanes of a server share, wherever they run. */
export interface Commons {
  readonly log: Log;
  readonly accessLog: AccessLog;
  readonly scoreboard: Scoreboard;
  /** The board and the ledgers; null unless the server balances. */
  readonly backends: () => Backends | null;
  /** Called when idle lanes have become too few, or enough again. */
  readonly onPressure: () => void;
}

/** Makes the places where the lanes of a server can run. */
export function makePlaces(commons: Commons): Record<PlaceName, Place> {
  const { log, accessLog, scoreboard, backends, onPressure } = commons;
  const memory = new SharedMemory();
  const addressTables = new AddressTables();
  const record = (lines: string) => accessLog.record(lines);
  const reports = {
    scoreboard,
    onPressure,
    passRecords: (records: LogLines) => log.passRecords(records),
    record,
    onStray: (lane: number) =>
      log.logger.warn("A handler posted a message with postMessage(): nobody receives it", {
        "sluice.worker": lane,
      }),
    onDropped(count: number) {
      log.countLost(count);
      log.logger.warn("Messages of a worker dropped: it logs faster than the server can write", {
        "sluice.messages.dropped": count,
      });
    },
  };
  const memoryFor = (lane: number) => backends()?.memoryFor(lane) ?? null;
  const places = {
    here: here({
      log: log.logger,
      threshold: log.threshold,
      addLine: (line) => log.passRecord(line, "info", null),
      printed: remoteLogger(log.style, log.passRecordNow, log.threshold),
      accessLog: new LineBuffer(record),
      scoreboard,
      addressTables: (connections) => addressTables.reserve(connections),
      onEvent: () => {},
      importHandler: importFile,
      backends: memoryFor,
      allocate: (name, bytes) => Promise.resolve().then(() => memory.allocate(name, bytes)),
      memory: () => Deno.memoryUsage().rss,
      cpuTime,
    }),
    thread: thread({ ...reports, addressTables, memory, backends: memoryFor }),
    process: process({ ...reports, backends }),
  };
  /** Takes what a lane had in flight off the board once it is gone. */
  const clearing = (place: Place): Place => (order) => {
    const lane = place(order);
    if (order.groups !== null) void lane.exited.then(() => backends()?.close(order.lane));
    return lane;
  };
  return {
    here: clearing(places.here),
    thread: atLevel(log, clearing(places.thread)),
    process: atLevel(log, places.process),
  };
}

/** Has lanes log at the level of the time when they start: it may have changed since the order was made. */
function atLevel(log: Log, place: Place): Place {
  return (order) => place({ ...order, log: log.style });
}
