/** What is left of a crash, as the JSON files in the folder for what outlives the server have it. */
import * as v from "valibot";

/** What has crashed. */
const CRASH_KINDS = [
  "worker_crashed",
  "worker_hung",
  "server_failed",
  "server_died",
  "machine_rebooted",
] as const;

const nullable = <T extends v.GenericSchema>(schema: T) => v.nullable(schema);
const TIME = v.pipe(v.string(), v.check((text) => Number.isFinite(Date.parse(text))));
const NUMBER = v.number();
const TEXT = v.string();
const LAST_CLIENT = nullable(v.object({ connection: TEXT, peer: nullable(TEXT) }));
const VALUE = v.union([TEXT, NUMBER, v.boolean(), v.null(), v.array(TEXT)]);
const SCALAR = v.union([TEXT, NUMBER, v.boolean(), v.null()]);

const LANE = v.object({
  lane: NUMBER,
  place: TEXT,
  state: TEXT,
  generation: NUMBER,
  pid: NUMBER,
  open: NUMBER,
  accepted: NUMBER,
  requests: NUMBER,
  busy: NUMBER,
  memory: NUMBER,
  heartbeat_age_ms: NUMBER,
  loop_delay_ms: NUMBER,
  current: LAST_CLIENT,
});

const SERVING = v.object({
  time: TIME,
  open: NUMBER,
  /** The oldest of them. */
  connections: v.array(v.object({
    id: TEXT,
    lane: NUMBER,
    peer: TEXT,
    age_s: NUMBER,
    phase: TEXT,
    requests: NUMBER,
    /** Without its query, which may hold secrets. */
    request: nullable(TEXT),
    upstream: nullable(TEXT),
  })),
  /** The lanes that have not answered: they may be blocked. */
  silent_lanes: v.array(NUMBER),
});

const RECORD = v.object({
  time: TIME,
  level: TEXT,
  message: TEXT,
  attributes: v.record(TEXT, SCALAR),
});

/** What a server knows of itself at some moment. */
const sceneSchema = v.object({
  time: TIME,
  version: TEXT,
  runtime: TEXT,
  mode: TEXT,
  service: TEXT,
  pid: NUMBER,
  started: TIME,
  state: TEXT,
  addresses: v.array(TEXT),
  /** Those that differ from their defaults, by name. Secrets are masked. */
  options: v.record(TEXT, VALUE),
  totals: v.object({
    open: NUMBER,
    accepted: NUMBER,
    requests: NUMBER,
    crashed: NUMBER,
    hung: NUMBER,
  }),
  saturation: NUMBER,
  memory: NUMBER,
  cpu_s: NUMBER,
  lanes: v.array(LANE),
  /** Null while it starts. */
  serving: nullable(SERVING),
  records: v.array(RECORD),
});

/** What a server knows of itself at some moment. */
export type Scene = v.InferOutput<typeof sceneSchema>;
/** What was being served. */
export type Serving = v.InferOutput<typeof SERVING>;

/** A report. */
export const reportSchema = v.object({
  format: v.literal(1),
  kind: v.picklist(CRASH_KINDS),
  /** When it happened, as near as is known. */
  time: TIME,
  /** One sentence without a full stop. */
  reason: TEXT,
  /** How many crashes it stands for: more than 1 if there were too many for a report each. */
  count: NUMBER,
  error: nullable(v.object({ name: TEXT, message: TEXT, stack: TEXT })),
  /** How the process ended; null if that is not known. */
  exit: nullable(v.object({ code: nullable(NUMBER), signal: nullable(TEXT) })),
  worker: nullable(v.object({
    lane: NUMBER,
    place: TEXT,
    generation: NUMBER,
    pid: NUMBER,
    age_s: nullable(NUMBER),
    open: NUMBER,
    accepted: NUMBER,
    requests: NUMBER,
    /** The client that it turned to last. */
    current: LAST_CLIENT,
  })),
  /** When the report was made. */
  reported: TIME,
  /** The server, a moment before; null if what it had written was damaged. */
  scene: nullable(sceneSchema),
});

/** A report. */
export type CrashReport = v.InferOutput<typeof reportSchema>;

/** What a server keeps on disk while it runs, for the report that it cannot write itself. */
export const runningSchema = v.object({
  format: v.literal(1),
  process: v.object({ pid: NUMBER, ticks: nullable(NUMBER), boot: nullable(TEXT) }),
  /** Whether it holds a lock as long as it lives. */
  locked: v.boolean(),
  /** The id of the report that it has made of its own end. */
  report: nullable(TEXT),
  scene: sceneSchema,
});

/** What a server keeps on disk while it runs. */
export type Running = v.InferOutput<typeof runningSchema>;

/** How long a text of a report may be, in characters: a stack may be endless. */
const LONGEST_TEXT = 20_000;

/** An error for a report; never throws. */
export function errorData(error: Error): CrashReport["error"] {
  const text = (read: () => unknown) => {
    try {
      return String(read()).slice(0, LONGEST_TEXT);
    } catch {
      return "";
    }
  };
  return {
    name: text(() => error.name),
    message: text(() => error.message),
    stack: text(() => error.stack ?? ""),
  };
}

/** How a process ended, in words: `was killed by SIGKILL`; null if that is not known. */
export function exitText(exit: CrashReport["exit"]): string | null {
  if (exit === null) return null;
  if (exit.signal !== null) return `was killed by ${exit.signal}`;
  return exit.code === null ? null : `exited with code ${exit.code}`;
}
