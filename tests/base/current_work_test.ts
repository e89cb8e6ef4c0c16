import { assertEquals } from "@std/assert";
import {
  currentWork,
  followWork,
  tellOpenWork,
  type Work,
  workFor,
} from "../../src/base/current_work.ts";
import { until } from "../helpers/until.ts";

const idNow = () => currentWork()?.id ?? null;

/** Waits for a signal, then tells what it works for. */
async function lateId(signal: Promise<void>): Promise<string | null> {
  await signal;
  return idNow();
}

// In this order: following begins once, for the whole thread.
Deno.test("workFor() is known until the code waits; followWork() follows it, and guesses for those before", async (t) => {
  const open = new Set<Work>();
  using _requests = tellOpenWork("requests", () => open);
  using _connections = tellOpenWork("connections", () => [{ id: "a connection" }]);
  const go = Promise.withResolvers<void>();
  const [first, second]: Work[] = [{ kind: "request", id: "1" }, { kind: "request", id: "2" }];
  if (first === undefined || second === undefined) throw new Error("There are two");
  await t.step("at once, and nested", () => {
    const ids = workFor(first, () => [idNow(), workFor(second, idNow), idNow()]);
    assertEquals([...ids, idNow()], ["1", "2", "1", null]);
  });
  await t.step("not after waiting", async () => {
    assertEquals(await workFor(first, () => lateId(Promise.resolve())), null);
  });
  await t.step("the only one that began before it was followed", async () => {
    open.add(first);
    const late = workFor(first, () => lateId(go.promise));
    followWork();
    await until(
      "it is followed",
      async () => await workFor(second, () => lateId(Promise.resolve())) === "2",
    );
    open.add(second);
    assertEquals(idNow(), "1");
    go.resolve();
    assertEquals(await late, "1");
    open.delete(first);
    assertEquals(idNow(), null);
  });
  await t.step("many at once", async () => {
    const all = Array.from({ length: 10 }, (_, i): Work => ({ kind: "request", id: `${i}` }));
    const later = () => lateId(new Promise((resolve) => setTimeout(resolve, 1)));
    assertEquals(
      await Promise.all(all.map((work) => workFor(work, later))),
      all.map(({ id }) => id),
    );
  });
});
