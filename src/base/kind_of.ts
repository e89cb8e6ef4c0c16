/** What a value is, for messages about one of the wrong kind. */

/** Whether a value is an object of no class, such as a literal. Throws if it is a proxy that does. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The kind with its article: "undefined", "a number", "a plain object", "an instance of Map"; never throws. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  try {
    if (Array.isArray(value)) return "an array";
    if (isPlainObject(value)) return "a plain object";
    const { name } = value.constructor;
    if (typeof name === "string" && name !== "") return `an instance of ${name}`;
  } catch { // A getter or a proxy threw.
  }
  return "an object";
}
