import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { thrownError, thrownValue } from "../../src/base/thrown.ts";

const throws = (): never => {
  throw new Error("a getter");
};
const broken = (key: string) => Object.defineProperty(new Error("m"), key, { get: throws });

Deno.test("thrownValue() returns errors as they are, and the text of other values", () => {
  class Special extends Error {}
  for (const error of [new Error("a"), new TypeError("b"), new Special("c")]) {
    assertStrictEquals(thrownValue(error), error);
    assertStrictEquals(thrownError(error), error);
  }
  const cases = [["a", "a"], [5, "5"], [null, "null"], [undefined, "undefined"], [{}, "{}"]];
  for (const [thrown, text] of [...cases, [Symbol("s"), "Symbol(s)"], [7n, "7"]] as const) {
    assertEquals(thrownValue(thrown), text);
    assertEquals(thrownError(thrown).message, text);
  }
});

Deno.test("thrownValue() shows objects that have no text of their own in one line", () => {
  assertEquals(thrownValue({ code: 1, why: "a\nb" }), `{ code: 1, why: "a\\nb" }`);
  assertEquals(thrownValue(new URL("http://a/")), "http://a/");
});

Deno.test("thrownError() has no frames for what was no error", () => {
  assertEquals(thrownError("text").stack, "Error: text");
});

Deno.test("thrownValue() does not throw for a value that does", () => {
  const hostile: readonly unknown[] = [
    Object.create(null),
    { toString: throws },
    { [Symbol.toPrimitive]: throws },
    { toString: () => ({}), valueOf: () => ({}) },
    broken("message"),
    broken("name"),
    Object.assign(new Error(), { message: Symbol("m") }),
    Object.assign(new Error(), { name: Object.create(null) }),
    new Proxy(new Error(), { get: throws, getPrototypeOf: throws, has: throws }),
    new Proxy(new Error(), { get: throws }),
    new Proxy(() => {}, { get: throws, getPrototypeOf: throws }),
  ];
  for (const thrown of hostile) {
    const expected = `a value of type ${typeof thrown} that cannot be shown`;
    assertEquals(thrownValue(thrown), expected);
    const error = thrownError(thrown);
    assert(error instanceof Error);
    assertEquals(error.message, expected);
  }
});
