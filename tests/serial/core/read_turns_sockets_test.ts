import { assertEquals } from "@std/assert";
import { READS_PER_TURN, ReadTurns } from "../../../src/core/read_turns.ts";
import { descriptorsOf } from "../../helpers/process.ts";
import { until } from "../../helpers/until.ts";

const MANY = READS_PER_TURN + 1;

/** Counts the descriptors of this process once those of earlier tests are closed. */
async function countDescriptors(): Promise<number> {
  let [count, unchanged] = [-1, 0];
  await until("nothing is opened or closed", () => {
    const now = descriptorsOf(Deno.pid);
    unchanged = now === count ? unchanged + 1 : 0;
    count = now;
    return unchanged === 20;
  });
  return count;
}

// The process has other descriptors, too: those of other tests would come and go meanwhile.
Deno.test("ReadTurns closes its sockets once few connections are left, and opens them again", async () => {
  const turns = new ReadTurns();
  for (let i = 0; i < MANY; i++) turns.enter();
  const before = await countDescriptors();
  for (let round = 0; round < 2; round++) {
    while (turns.tryBegin());
    await turns.turn();
    assertEquals(descriptorsOf(Deno.pid), before + 2);
    for (let i = 0; i < MANY; i++) turns.leave();
    await until("they are closed", () => descriptorsOf(Deno.pid) === before);
    for (let i = 0; i < MANY; i++) turns.enter();
  }
  turns.stop();
});
