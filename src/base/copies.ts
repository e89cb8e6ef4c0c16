/** Classes that are known across copies of the program, such as the one in a bundled handler. */

const isInstance = Function.prototype[Symbol.hasInstance];

/**
 * Makes `instanceof` hold for the instances of any copy of a class, and their subclasses.
 *
 * @param name The same in all copies, and unique among such classes.
 */
export function knowCopies(constructor: { readonly prototype: object }, name: string): void {
  const mark = Symbol.for(`sluice.${name}`);
  Object.defineProperty(constructor.prototype, mark, { value: true });
  Object.defineProperty(constructor, Symbol.hasInstance, {
    // Subclasses inherit it.
    value(this: unknown, value: unknown): boolean {
      return this === constructor ? isMarked(value, mark) : isInstance.call(this, value);
    },
  });
}

function isMarked(value: unknown, mark: symbol): boolean {
  try {
    return typeof value === "object" && value !== null && mark in value;
  } catch { // A proxy whose trap throws.
    return false;
  }
}
