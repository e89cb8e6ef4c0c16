import { assertEquals } from "@std/assert";
import { LineBatch } from "../../src/places/line_batch.ts";
import { until } from "../helpers/until.ts";

function recording(): { batch: LineBatch; sent: string[] } {
  const sent: string[] = [];
  return { batch: new LineBatch(({ lines }) => sent.push(lines)), sent };
}

Deno.test("LineBatch sends the first line at once, and the next ones together, in their order", async () => {
  const { batch, sent } = recording();
  batch.addLater("1\n");
  batch.addLater("2\n");
  batch.add("3\n");
  batch.addLater("4\n");
  assertEquals(sent, ["1\n"]);
  await until("the others are sent", () => sent.length > 1);
  assertEquals(sent, ["1\n", "2\n3\n4\n"]);
  await until("the next line is sent at once", () => {
    const before = sent.length;
    batch.add("5\n");
    return sent.length > before;
  });
  batch.flush();
});

Deno.test("a line that cannot wait takes along those that can", async () => {
  const sent: string[] = [];
  const batch = new LineBatch(({ lines }) => sent.push(lines));
  // Which of two timers ends first does not depend on the load of the machine.
  const patient = new LineBatch(({ lines }) => sent.push(lines));
  for (const one of [patient, batch]) one.addLater("1\n");
  patient.addLater("patient\n");
  batch.addLater("2\n");
  batch.add("3\n");
  await until("both are sent", () => sent.length > 3);
  assertEquals(sent, ["1\n", "1\n", "2\n3\n", "patient\n"]);
});

Deno.test("LineBatch.flush() sends what waits, and nothing twice", () => {
  const { batch, sent } = recording();
  batch.add("1\n");
  batch.addLater("2\n");
  batch.flush();
  batch.flush();
  assertEquals(sent, ["1\n", "2\n"]);
});
