/** What the clients of each workload do. */
import type { LoadPlan, Message } from "../load/load.ts";
import { echoMessage, httpMessage } from "../load/request_text.ts";
import type { Workload } from "../settings/bench_options.ts";

/** What the clients do, and the server options that it takes. */
export interface Behaviour {
  readonly server: readonly string[];
  readonly framing: LoadPlan["framing"];
  /** HTTP requests with weights; none for an echo. */
  readonly requests: readonly { readonly line: string; readonly weight: number }[];
  /** Header fields of all requests. */
  readonly fields: readonly string[];
  /** Bytes of a message for an echo. */
  readonly messageBytes: number;
  readonly connections: number;
  /** Requests per second; null is the closed model. */
  readonly rate: number | null;
  /** The share of clients that send slowly. */
  readonly slowShare: number;
  /** Whether each request has a connection of its own. */
  readonly closing: boolean;
}

/** The host in requests: without the port, they are the same in every run. */
export const HOST = "127.0.0.1";

const HTTP: Behaviour = {
  server: ["--service", "http"],
  framing: { type: "http" },
  requests: [{ line: "GET /", weight: 1 }],
  fields: [],
  messageBytes: 0,
  connections: 64,
  rate: null,
  slowShare: 0,
  closing: false,
};

const LAB: Behaviour = { ...HTTP, server: ["--service", "http", "--lab"] };

const ECHO: Behaviour = {
  ...HTTP,
  server: ["--service", "echo"],
  framing: { type: "echo" },
  requests: [],
  messageBytes: 64,
};

/** Takes a slow client two seconds, at 16 bytes per 100 ms. */
const PADDING = `X-Padding: ${"x".repeat(280)}`;

/** The behaviour of each workload. */
export const BEHAVIOURS: Readonly<Record<Workload, Behaviour>> = {
  echo: ECHO,
  http: HTTP,
  io: { ...LAB, requests: [{ line: "GET /work?io_ms=20", weight: 1 }], connections: 1000 },
  cpu: { ...LAB, requests: [{ line: "GET /work?cpu_ms=5", weight: 1 }], connections: 8 },
  mixed: {
    ...LAB,
    requests: [
      { line: "GET /", weight: 80 },
      { line: "GET /work?io_ms=20", weight: 15 },
      { line: "GET /work?cpu_ms=5", weight: 5 },
    ],
  },
  churn: { ...HTTP, fields: ["Connection: close"], closing: true },
  idle: { ...ECHO, connections: 1000, rate: 100 },
  "slow-clients": { ...HTTP, fields: [PADDING], slowShare: 0.5 },
  stream: { ...ECHO, messageBytes: 1024 ** 2, connections: 8 },
};

/** The messages of a behaviour. */
export function messagesOf(behaviour: Behaviour, seed: number): readonly Message[] {
  const { requests, fields, messageBytes } = behaviour;
  return requests.length === 0
    ? [echoMessage(messageBytes, seed)]
    : requests.map(({ line, weight }) => httpMessage(line, HOST, weight, fields));
}
