import { assertEquals } from "@std/assert";
import { writeText } from "../../src/base/write_text.ts";

Deno.test("writeText() writes all of a text to a stream that takes a few bytes at a time", () => {
  const written: number[] = [];
  const stream = {
    writeSync(data: Uint8Array): number {
      const taken = data.subarray(0, 3);
      written.push(...taken);
      return taken.length;
    },
  };
  writeText(stream, "héllo 😀\n");
  assertEquals(new TextDecoder().decode(Uint8Array.from(written)), "héllo 😀\n");
});
