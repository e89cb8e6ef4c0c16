import { assert, assertEquals } from "@std/assert";
import { knowCopies } from "../../src/base/copies.ts";

/** A copy of a class that is known across copies, and a subclass that is not. */
function makeCopy() {
  class Known extends Error {
    static {
      knowCopies(this, "test.Known");
    }
  }
  class Unknown extends Known {}
  return { Known, Unknown };
}

const one = makeCopy();
const other = makeCopy();

Deno.test("knowCopies() makes instanceof hold for instances and subclasses of any copy", () => {
  for (const { Known, Unknown } of [one, other]) {
    assert(new Known() instanceof one.Known);
    assert(new Unknown() instanceof one.Known);
  }
});

Deno.test("knowCopies() leaves subclasses alone, which inherit from the class", () => {
  assert(new one.Unknown() instanceof one.Unknown);
  assert(!(new one.Known() instanceof one.Unknown));
  assert(!(new other.Unknown() instanceof one.Unknown));
});

Deno.test("knowCopies() makes instanceof false for anything else, and never throw", () => {
  const hostile = new Proxy({}, {
    has() {
      throw new Error("no");
    },
  });
  const values = [null, undefined, 1, "text", {}, new Error("x"), () => {}, hostile];
  assertEquals(values.filter((value) => value instanceof one.Known), []);
});
