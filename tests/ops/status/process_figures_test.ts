import { assertEquals } from "@std/assert";
import { cpuSeconds, maxFiles } from "../../../src/ops/status/process_figures.ts";

Deno.test("cpuSeconds() adds the time in the kernel, whatever the name of the program", () => {
  const fields = "S 1 2 2 0 -1 4194560 100 0 0 0 1250 75 0 0 20 0";
  assertEquals(cpuSeconds(`17 (a) b (c) ${fields}`), 13.25);
  assertEquals(cpuSeconds(""), 0);
});

Deno.test("maxFiles() finds the soft limit", () => {
  assertEquals(maxFiles("Max cpu time  unlimited\nMax open files   1024   4096   files\n"), 1024);
  assertEquals(maxFiles("Max open files   unlimited   unlimited   files\n"), null);
});
