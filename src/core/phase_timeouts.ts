import type { ConnectionContext } from "./connection_context.ts";
import type { Phase } from "./event.ts";

/** How long a drain leaves a silent peer connected, in milliseconds: bytes in flight arrive by then. */
export const DRAIN_QUIET = 1000;
/** How long the peer may take to read the last bytes, in milliseconds; later, a reset may lose them. */
const LINGER = 5000;
/** The same while clients wait for the connection's place, or a service for its upstream to close. */
const SHORT_LINGER = 1000;

/** How long a connection may stay in a phase, in milliseconds; 0 means no limit. */
export function phaseTimeout(phase: Phase, context: ConnectionContext): number {
  switch (phase) {
    case "idle":
    case "reading":
      return context.idleTimeout;
    case "writing":
      return context.writeTimeout;
    case "closing":
      return context.peer === "upstream" || context.isFull() ? SHORT_LINGER : LINGER;
    case "serving":
      return 0;
  }
}
