/** What was thrown, which may be any value: one without text, or with getters that throw. */

/** The text that JavaScript gives to objects without one of their own. */
const NO_TEXT = "[object Object]";
/** Shows an object in one line. */
const SHOWN = { breakLength: Infinity, depth: 2, strAbbreviateSize: 200, iterableLimit: 20 };

/** An error whose properties can be read, or the text of anything else; never throws. */
export function thrownValue(thrown: unknown): Error | string {
  try {
    if (!(thrown instanceof Error)) {
      const text = String(thrown);
      return text === NO_TEXT ? Deno.inspect(thrown, SHOWN) : text;
    }
    const { name, message } = thrown;
    if (typeof name === "string" && typeof message === "string") return thrown;
  } catch { // A getter, a proxy or toString() threw.
  }
  return `a value of type ${typeof thrown} that cannot be shown`;
}

/** The same, always as an error; one made of a text has no frames, since it was thrown elsewhere. */
export function thrownError(thrown: unknown): Error {
  const value = thrownValue(thrown);
  if (typeof value !== "string") return value;
  const error = new Error(value);
  error.stack = String(error);
  return error;
}
