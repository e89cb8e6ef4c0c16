/**
 * Handles uncaught errors, such as those of forgotten promises and timers, which
 * then no longer end the thread or process.
 */
export function onStrayError(handle: (cause: unknown) => void): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    handle(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    handle(event.error ?? event.message);
  });
}
