/** `Sun, 06 Nov 1994 08:49:37 GMT` and, obsolete, `Sunday, 06-Nov-94 08:49:37 GMT`. */
const WITH_ZONE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4}|[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2}) \d{2}:\d{2}:\d{2} GMT$/;
/** `Sun Nov  6 08:49:37 1994`, obsolete. */
const WITHOUT_ZONE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * Parses a date in any of the three formats of HTTP (RFC 9110, 5.6.7).
 *
 * @returns Milliseconds since the epoch; null if it is not a date.
 */
export function parseHttpDate(text: string): number | null {
  const zoned = WITH_ZONE.test(text) ? text : WITHOUT_ZONE.test(text) ? `${text} GMT` : null;
  const time = zoned === null ? NaN : Date.parse(zoned);
  return Number.isNaN(time) ? null : time;
}
