import { counter, gauge, type Metric } from "./metric.ts";

/** The metrics of the main process, under the names that all clients of Prometheus give them. */
export const PROCESS_METRICS: readonly Metric[] = [
  counter("process_cpu_seconds_total", {
    help: "CPU time of the main process, all of its threads included.",
    advice: "Its rate, by the number of processors, is the share that the server takes; in " +
      "`forked` mode add that of the lanes, `sluice_lane_cpu_seconds_total`.",
    read: ({ process }) => process.cpu_s,
  }),
  gauge("process_resident_memory_bytes", {
    help: "Memory of the main process, all of its threads included.",
    advice: "Near the limit of the container, the system kills the server: fewer lanes or " +
      "connections, or `--max-worker-memory`.",
    read: ({ process }) => process.memory,
  }),
  gauge("sluice_memory_limit_bytes", {
    help: "The memory that the container of the server may use, all of its processes together.",
    advice: "At this limit the system kills a lane in `forked` mode, otherwise the server.",
    read: ({ limits }) => limits.memory,
  }),
  gauge("process_open_fds", {
    help: "Open files and sockets of the main process.",
    advice: "At `process_max_fds` no client can be accepted.",
    read: ({ process }) => process.open_files,
  }),
  gauge("process_max_fds", {
    help: "The most files and sockets that the main process may open.",
    advice: "Raise it by `ulimit -n`, or LimitNOFILE of systemd.",
    read: ({ process }) => process.max_files,
  }),
  gauge("process_start_time_seconds", {
    help: "When the server started, in seconds since 1970.",
    advice: "A change that nobody made is a crash of the whole server.",
    read: ({ started }) => Date.parse(started) / 1000,
  }),
];
