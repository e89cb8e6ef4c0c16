/**
 * Classifies the errors of accept(2), following "Error handling" in its man page.
 */

/** `skip` this client and accept the next one, or `pause` because the cause lasts. */
export type AcceptAction = "skip" | "pause";

interface AcceptError {
  /** The errno on Linux. */
  readonly errno: number;
  /** The class that the runtime throws for it, if any. */
  readonly type?: new () => Error;
  readonly action: AcceptAction;
}

const { errors } = Deno;

/** The errors of accept(2), by errno(3) name. */
export const ACCEPT_ERRORS: Readonly<Record<string, AcceptError>> = {
  // The client disconnected before it was accepted.
  ECONNABORTED: { errno: 103, type: errors.ConnectionAborted, action: "skip" },
  ECONNRESET: { errno: 104, type: errors.ConnectionReset, action: "skip" },
  ENOTCONN: { errno: 107, type: errors.NotConnected, action: "skip" },
  EPIPE: { errno: 32, type: errors.BrokenPipe, action: "skip" },

  // The network failed this client: Linux reports pending errors of the new
  // socket through accept(2), to be treated like EAGAIN.
  ENETDOWN: { errno: 100, action: "skip" },
  ENETUNREACH: { errno: 101, action: "skip" },
  EHOSTDOWN: { errno: 112, action: "skip" },
  EHOSTUNREACH: { errno: 113, action: "skip" },
  ENONET: { errno: 64, action: "skip" },
  EPROTO: { errno: 71, action: "skip" },
  ENOPROTOOPT: { errno: 92, action: "skip" },
  EOPNOTSUPP: { errno: 95, action: "skip" },
  ETIMEDOUT: { errno: 110, type: errors.TimedOut, action: "skip" },

  // A firewall rule forbids this client.
  EPERM: { errno: 1, type: errors.PermissionDenied, action: "skip" },
  EACCES: { errno: 13, type: errors.PermissionDenied, action: "skip" },

  // A signal interrupted the call.
  EINTR: { errno: 4, type: errors.Interrupted, action: "skip" },

  // Out of descriptors or memory, until connections end. Retrying at once would
  // only burn CPU time.
  EMFILE: { errno: 24, action: "pause" },
  ENFILE: { errno: 23, action: "pause" },
  ENOBUFS: { errno: 105, action: "pause" },
  ENOMEM: { errno: 12, action: "pause" },
};

/** Decides how to handle an error of accept(2). Unknown errors may last: pause. */
export function acceptAction(error: Error): AcceptAction {
  const errno = errnoOf(error);
  const known = Object.values(ACCEPT_ERRORS).find(({ errno: number, type }) =>
    number === errno || (type !== undefined && error instanceof type)
  );
  return known?.action ?? "pause";
}

/** Whether the process or the system has no descriptor or memory for another socket. */
export function isOutOfResources(error: Error): boolean {
  const errno = errnoOf(error);
  return Object.values(ACCEPT_ERRORS).some((known) =>
    known.errno === errno && known.action === "pause"
  );
}

/** The errno that the runtime mentions in a message; NaN if it mentions none. */
function errnoOf(error: Error): number {
  return Number(/\(os error (\d+)\)/.exec(error.message)?.[1]);
}
