/**
 * Handles errors that nobody catches: of a promise or a timer that nobody waits
 * for. They no longer end the thread or process.
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
