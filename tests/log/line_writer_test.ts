import { assert, assertEquals } from "@std/assert";
import { sleep } from "../../src/base/timers.ts";
import { LineWriter } from "../../src/log/line_writer.ts";
import { until } from "../helpers/until.ts";

/**
 * A writer, and the batches that it has written.
 *
 * @param gather The shortest time between two batches, in milliseconds.
 */
function recording(gather?: number): { writer: LineWriter; batches: string[] } {
  const batches: string[] = [];
  const destination = {
    name: "a list",
    write(bytes: Uint8Array) {
      batches.push(new TextDecoder().decode(bytes));
      return Promise.resolve(bytes.length);
    },
    reopen: () => Promise.resolve(),
    close() {},
  };
  return { writer: new LineWriter(destination, () => "", gather), batches };
}

Deno.test("LineWriter writes the first line soon, and those of the next turns in one batch", async () => {
  const found: string[] = [];
  const expected = "1\n|2\n3\n";
  // A busy machine may take longer than a batch waits, but not always.
  while (!found.includes(expected) && found.length < 100) {
    const { writer, batches } = recording();
    writer.add("1\n");
    await until("it is written", () => batches.length === 1);
    writer.add("2\n");
    // A turn of the event loop.
    await sleep(1);
    writer.add("3\n");
    await writer.close();
    found.push(batches.join("|"));
  }
  assert(found.includes(expected), JSON.stringify(found));
});

Deno.test("LineWriter.close() writes what waits, and does not wait for more", async () => {
  const { writer, batches } = recording(1_000_000);
  writer.add("1\n");
  await until("it is written", () => batches.length === 1);
  writer.add("2\n");
  await writer.close();
  // It would give up after two seconds.
  assertEquals(batches, ["1\n", "2\n"]);
});
