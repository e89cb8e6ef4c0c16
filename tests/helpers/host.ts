import type { LaneHost } from "../../src/lane/lane.ts";
import { Scoreboard } from "../../src/lane/scoreboard.ts";
import { Threshold } from "../../src/log/level.ts";
import { LineBuffer } from "../../src/log/line_buffer.ts";
import { SILENT } from "./supervision.ts";

/** A host for lanes without handlers, which logs nothing. */
export function makeHost(given: Partial<LaneHost> = {}): LaneHost {
  return {
    log: SILENT,
    threshold: new Threshold("info"),
    addLine: () => {},
    accessLog: new LineBuffer(() => {}),
    scoreboard: new Scoreboard(),
    addressTables: () => [],
    allocate: () => Promise.reject(new Error("there is no shared memory")),
    backends: () => null,
    importHandler: () => Promise.reject(new Error("there is no handler")),
    memory: () => 0,
    cpuTime: () => 0,
    onEvent: () => {},
    ...given,
  };
}
