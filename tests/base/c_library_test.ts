import { assertEquals } from "@std/assert";
import { errnoOf, openLibrary } from "../../src/base/c_library.ts";

const EBADF = 9;

Deno.test({
  name: "functions of the C library are loaded by their first use, which leaves errno as it is",
  ignore: Deno.build.os !== "linux",
  fn() {
    using library = openLibrary();
    if (library === null) throw new Error("Cannot open the C library");
    assertEquals([library.close(-1), errnoOf(library)], [-1, EBADF]);
    // Loaded by now, so that it is the same.
    assertEquals(library.close, library.close);
    assertEquals([library.dup3(-1, 1, 0), errnoOf(library)], [-1, EBADF]);
  },
});
