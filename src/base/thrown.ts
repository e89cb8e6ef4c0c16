/** What was thrown, which may be any value: one without text, or with getters that throw. */

/** An error whose properties can be read, or the text of anything else; never throws. */
export function thrownValue(thrown: unknown): Error | string {
  try {
    if (!(thrown instanceof Error)) return String(thrown);
    const { name, message } = thrown;
    if (typeof name === "string" && typeof message === "string") return thrown;
  } catch { // A getter, a proxy or toString() threw.
  }
  return `a value of type ${typeof thrown} that cannot be shown`;
}

/** The same, always as an error. */
export function thrownError(thrown: unknown): Error {
  const value = thrownValue(thrown);
  return typeof value === "string" ? new Error(value) : value;
}
