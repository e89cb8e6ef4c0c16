import { isOfClient } from "../core/errors.ts";
import { isHttpError, LateReadError, RequestAbortedError } from "../http/error.ts";

/**
 * Handles uncaught errors, such as those of forgotten promises and timers, which
 * then no longer end the thread or process. Ignores rejections that only say how a
 * client's connection or request ended: a handler that forgets to await a read or a
 * write must not let one client end the worker of all the others.
 */
export function onStrayError(handle: (cause: unknown) => void): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    if (!isOfOneClient(event.reason)) handle(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    handle(event.error ?? event.message);
  });
}

function isOfOneClient(reason: unknown): boolean {
  try {
    return isOfClient(reason) || isHttpError(reason) || reason instanceof LateReadError ||
      reason instanceof RequestAbortedError;
  } catch { // A handler's proxy or getter throws.
    return false;
  }
}
