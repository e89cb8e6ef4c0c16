/** The figures of the whole process, in which other test files would open and close files. */
import { assert } from "@std/assert";
import { processFigures } from "../../../src/ops/status/process_figures.ts";

Deno.test({
  name: "processFigures() tells of this process, on Linux",
  ignore: Deno.build.os !== "linux",
  fn() {
    const before = processFigures();
    const files = Array.from({ length: 50 }, () => Deno.openSync("/dev/null"));
    const after = processFigures();
    for (const file of files) file.close();
    assert(before.cpu_s > 0 && before.memory > 2 ** 20);
    // The test runner may open and close files meanwhile.
    const more = (after.open_files ?? 0) - (before.open_files ?? 0);
    assert(more > 40 && more < 60, `there are ${more} more`);
    assert((after.max_files ?? 0) >= (after.open_files ?? 0));
  },
});
