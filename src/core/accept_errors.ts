/**
 * What to do about an error of accept(2), after the section "Error handling" of
 * its manual.
 */

/** `skip` this client and accept the next one, or `pause` because the cause lasts. */
export type AcceptAction = "skip" | "pause";

interface AcceptError {
  /** Its number on Linux. */
  readonly errno: number;
  /** The class that the runtime throws for it, where it has one. */
  readonly type?: new () => Error;
  readonly action: AcceptAction;
}

const { errors } = Deno;

/** The errors of accept(2), by their names in errno(3). */
export const ACCEPT_ERRORS: Readonly<Record<string, AcceptError>> = {
  // The client left before it was accepted.
  ECONNABORTED: { errno: 103, type: errors.ConnectionAborted, action: "skip" },
  ECONNRESET: { errno: 104, type: errors.ConnectionReset, action: "skip" },
  ENOTCONN: { errno: 107, type: errors.NotConnected, action: "skip" },
  EPIPE: { errno: 32, type: errors.BrokenPipe, action: "skip" },

  // The network failed this client: Linux reports pending errors of the new
  // socket through accept(2), and asks to treat them as "try again".
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

  // Out of descriptors or memory, until connections end. Trying again at once
  // would only burn the processor.
  EMFILE: { errno: 24, action: "pause" },
  ENFILE: { errno: 23, action: "pause" },
  ENOBUFS: { errno: 105, action: "pause" },
  ENOMEM: { errno: 12, action: "pause" },
};

/** Judges an error of accept(2). One that is not in the table may last: pause. */
export function acceptAction(error: Error): AcceptAction {
  const errno = Number(/\(os error (\d+)\)/.exec(error.message)?.[1]);
  const known = Object.values(ACCEPT_ERRORS).find(({ errno: number, type }) =>
    number === errno || (type !== undefined && error instanceof type)
  );
  return known?.action ?? "pause";
}
