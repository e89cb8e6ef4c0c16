/** Whether `await` would call the `then()` of a value: a promise, or an object like one. */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null &&
    typeof (value as Partial<PromiseLike<T>>).then === "function";
}
