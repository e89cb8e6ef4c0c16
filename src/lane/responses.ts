/** How HTTP responses are counted: by the method of their request, and the class of their status. */

/** The methods that are counted by themselves, and last what stands for all others. */
export const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "PATCH",
  "OPTIONS",
  "CONNECT",
  "TRACE",
  "_OTHER",
] as const;

/** The classes of a status; `none` is that of a request without a response. */
export const STATUS_CLASSES = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"] as const;

/** The index in {@linkcode METHODS}. */
export function methodIndex(method: string): number {
  const index = (METHODS as readonly string[]).indexOf(method);
  return index === -1 ? METHODS.length - 1 : index;
}

/** The index in {@linkcode STATUS_CLASSES}; 0 is no response. */
export function statusIndex(status: number): number {
  const index = status / 100 | 0;
  return index >= 1 && index < STATUS_CLASSES.length ? index : 0;
}
