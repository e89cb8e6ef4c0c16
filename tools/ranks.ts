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
      "src/write_text.ts",
      "src/plan.ts",
      "src/system_limits.ts",
      "src/processors.ts",
      "src/pid_file.ts",
      "src/status.ts",
      "src/status_file.ts",
      "src/settings/",
      "src/logger.ts",
      "src/remote_log.ts",
      "src/thread_time.ts",
      "src/core/timers.ts",
      "src/access_log_file.ts",
      "src/log.ts",
      "src/log_attributes.ts",
      "src/log_destination.ts",
      "src/log_file.ts",
      "src/log_format.ts",
      "src/log_writer.ts",
      "src/http/error.ts",
      "src/http/status.ts",
      "src/core/event.ts",
      "src/core/errors.ts",
      "src/core/buffers.ts",
      "src/core/pieces.ts",
      "src/core/read_buffer.ts",
      "src/core/deadlines.ts",
      "src/core/address_counts.ts",
      "src/core/c_library.ts",
      "src/core/capacity.ts",
      "src/core/thread_clock.ts",
      "src/core/connection_context.ts",
      "src/core/resources.ts",
      "src/scoreboard.ts",
    ],
  },
  {
    name: "connection",
    rank: 1,
    paths: [
      "src/core/steering.ts",
      "src/core/connection.ts",
      "src/core/connection_streams.ts",
      "src/core/listener.ts",
      "src/core/service.ts",
      "src/http/exchange.ts",
      "src/http/message.ts",
    ],
  },
  { name: "mode", rank: 1, paths: ["src/modes/mode.ts"] },
  {
    name: "modes",
    rank: 2,
    apart: true,
    paths: [
      "src/modes/single.ts",
      "src/modes/async.ts",
      "src/modes/threaded.ts",
      "src/modes/pooled.ts",
      "src/modes/forked.ts",
    ],
  },
  {
    name: "adapters",
    rank: 2,
    apart: true,
    paths: ["src/services/framing.ts", "src/services/protocol.ts"],
  },
  { name: "acceptor", rank: 3, paths: ["src/core/acceptor.ts"] },
  { name: "handler files", rank: 2, paths: ["src/services/handler_file.ts"] },
  {
    name: "routes",
    rank: 2,
    paths: ["src/http/routes/"],
  },
  {
    name: "codec",
    rank: 2,
    paths: ["src/http/codec/"],
  },
  {
    name: "websocket",
    rank: 2,
    paths: ["src/http/websocket/"],
  },
  {
    name: "http",
    rank: 3,
    paths: [
      "src/http/answers.ts",
      "src/http/conversation.ts",
      "src/http/fixed_response.ts",
      "src/http/last_answer.ts",
      "src/http/lateness.ts",
      "src/http/output.ts",
      "src/http/conversation_context.ts",
      "src/http/request_body.ts",
      "src/http/request_reader.ts",
      "src/http/response_writer.ts",
      "src/http/serve.ts",
      "src/http/served_request.ts",
    ],
  },
  {
    name: "fetch",
    rank: 3,
    paths: ["src/http/fetch/"],
  },
  {
    name: "http service",
    rank: 4,
    paths: [
      "src/services/http_refusal.ts",
      "src/services/http_reports.ts",
      "src/services/http_service.ts",
    ],
  },
  {
    name: "access log",
    rank: 2,
    paths: ["src/http/access_log/"],
  },
  {
    name: "compression",
    rank: 2,
    paths: ["src/http/compression/"],
  },
  {
    name: "static files",
    rank: 3,
    paths: ["src/http/files/"],
  },
  {
    name: "built-in routes",
    rank: 4,
    paths: [
      "src/services/breaker.ts",
      "src/services/builtin_routes.ts",
      "src/services/fault.ts",
      "src/services/lab_routes.ts",
      "src/services/pause.ts",
    ],
  },
  {
    name: "services",
    rank: 5,
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
    rank: 6,
    paths: [
      "src/lane.ts",
      "src/lane_events.ts",
      "src/shared_state.ts",
      "src/balance.ts",
      "src/services/registry.ts",
      // What the parent knows of a lane; it is no place itself.
      "src/places/place.ts",
    ],
  },
  {
    name: "both sides",
    rank: 7,
    paths: [
      "src/places/messages.ts",
      "src/places/inside.ts",
      "src/places/outside.ts",
      "src/places/pipe.ts",
    ],
  },
  { name: "here", rank: 8, paths: ["src/places/here.ts"] },
  { name: "thread", rank: 8, paths: ["src/places/thread.ts", "src/places/thread_entry.ts"] },
  { name: "process", rank: 8, paths: ["src/places/process.ts", "src/places/process_entry.ts"] },
  { name: "supervisor", rank: 9, paths: ["src/supervisor.ts", "src/supervision/"] },
  {
    name: "server",
    rank: 10,
    paths: [
      "src/server.ts",
      "src/door.ts",
      "src/suitability.ts",
      "src/make_plan.ts",
      "src/refuser.ts",
      "src/reloader.ts",
      "src/watch_files.ts",
    ],
  },
  { name: "load", rank: 10, paths: ["src/load/"] },
  { name: "bench", rank: 11, paths: ["src/bench/"] },
  { name: "program", rank: 12, paths: ["main.ts", "src/cli/"] },
  { name: "library", rank: 11, paths: ["src/mod.ts"] },
];

/** The most lines of a source file. */
export const MAX_LINES = 300;

/** Files that are longer, and how long they may be: a list to make shorter. */
export const LONG_FILES: Readonly<Record<string, number>> = {
  "src/core/connection.ts": 407,
};
