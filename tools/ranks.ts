/** Which part of the source may import which: the map that the architecture test reads. */

/** Files that belong together; a file belongs to exactly one group. */
export interface Group {
  readonly name: string;
  /** An import points to a lower rank, or stays in its group. */
  readonly rank: number;
  /** Files, or folders with a slash at the end, from the project's root. */
  readonly paths: readonly string[];
  /** Whether the files of the group know nothing of each other, as two modes do not. */
  readonly apart?: boolean;
}

/** All groups, the lowest first. */
export const GROUPS: readonly Group[] = [
  {
    name: "ground",
    rank: 0,
    paths: [
      "src/exit.ts",
      "src/printable.ts",
      "src/plan.ts",
      "src/system_limits.ts",
      "src/pid_file.ts",
      "src/settings/",
      "src/log.ts",
      "src/log_attributes.ts",
      "src/log_file.ts",
      "src/log_format.ts",
      "src/log_writer.ts",
      "src/core/event.ts",
      "src/core/errors.ts",
      "src/core/buffers.ts",
      "src/core/read_buffer.ts",
      "src/core/deadlines.ts",
      "src/core/resources.ts",
    ],
  },
  {
    name: "connection",
    rank: 1,
    paths: ["src/core/connection.ts", "src/core/listener.ts", "src/core/service.ts"],
  },
  { name: "mode", rank: 1, paths: ["src/modes/mode.ts"] },
  { name: "modes", rank: 2, apart: true, paths: ["src/modes/single.ts", "src/modes/async.ts"] },
  {
    name: "adapters",
    rank: 2,
    apart: true,
    paths: ["src/services/framing.ts", "src/services/protocol.ts"],
  },
  { name: "acceptor", rank: 3, paths: ["src/core/acceptor.ts"] },
  {
    name: "services",
    rank: 3,
    apart: true,
    paths: [
      "src/services/echo.ts",
      "src/services/message.ts",
      "src/services/zen.ts",
      "src/services/log.ts",
      "src/services/http.ts",
      "src/services/handler.ts",
    ],
  },
  { name: "modes' registry", rank: 3, paths: ["src/modes/registry.ts"] },
  {
    name: "lane",
    rank: 4,
    paths: [
      "src/lane.ts",
      "src/lane_events.ts",
      "src/services/registry.ts",
      // What the parent knows of a lane; it is no place itself.
      "src/places/place.ts",
    ],
  },
  { name: "places", rank: 5, apart: true, paths: ["src/places/here.ts"] },
  { name: "supervisor", rank: 6, paths: ["src/supervisor.ts"] },
  { name: "program", rank: 7, paths: ["main.ts", "src/cli/"] },
  { name: "library", rank: 7, paths: ["src/mod.ts"] },
];

/** The most lines of a source file. */
export const MAX_LINES = 300;

/** Files that are longer, and how long they may be: a list to make shorter. */
export const LONG_FILES: Readonly<Record<string, number>> = {
  "src/core/connection.ts": 360,
};
