import { assertEquals } from "@std/assert";
import { KeptConnections } from "../../src/upstream/kept_connections.ts";
import { backend, makeBoard, rowAt } from "../helpers/backends.ts";

/** A connection that knows whether it is closed. */
class Kept {
  isClosed = false;

  constructor(readonly name: string) {}

  close(): void {
    this.isClosed = true;
  }
}

function namesOf(connections: readonly (Kept | null)[]): (string | undefined)[] {
  return connections.map((one) => one?.name);
}

Deno.test("KeptConnections gives back the connection of a backend that came last", () => {
  const test = makeBoard([{}, {}]);
  const [one, two] = [rowAt(test, 0), rowAt(test, 1)];
  const kept = new KeptConnections<Kept>(10);
  assertEquals(kept.take(one), null);
  for (const name of ["a", "b", "c"]) kept.add(one, new Kept(name));
  kept.add(two, new Kept("d"));
  const taken = [kept.take(one), kept.take(one), kept.take(two), kept.take(two), kept.take(one)];
  assertEquals(namesOf(taken), ["c", "b", "d", undefined, "a"]);
  assertEquals(taken.some((each) => each?.isClosed), false);
});

Deno.test("KeptConnections.add() closes what is more than enough for a backend", () => {
  const test = makeBoard([{}, {}]);
  const kept = new KeptConnections<Kept>(2);
  const all = ["a", "b", "c"].map((name) => new Kept(name));
  for (const each of all) kept.add(rowAt(test, 0), each);
  kept.add(rowAt(test, 1), new Kept("d"));
  assertEquals(all.map(({ isClosed }) => isClosed), [false, false, true]);
  assertEquals(kept.take(rowAt(test, 1))?.name, "d");
  const none = new KeptConnections<Kept>(0);
  const one = new Kept("e");
  none.add(rowAt(test, 0), one);
  assertEquals([one.isClosed, none.take(rowAt(test, 0))], [true, null]);
});

Deno.test("KeptConnections.delete() forgets a connection, wherever it is, and no other", () => {
  const test = makeBoard([{}]);
  const row = rowAt(test, 0);
  const kept = new KeptConnections<Kept>(10);
  const [a, b, c] = [new Kept("a"), new Kept("b"), new Kept("c")];
  kept.delete(row, a);
  for (const each of [a, b, c]) kept.add(row, each);
  kept.delete(row, b);
  kept.delete(row, b);
  assertEquals(namesOf([kept.take(row), kept.take(row), kept.take(row)]), ["c", "a", undefined]);
});

for (const first of ["take", "add"] as const) {
  Deno.test(`KeptConnections.${first}() closes the connections to a backend whose row is another's now`, () => {
    const test = makeBoard([{}]);
    const row = rowAt(test, 0);
    const kept = new KeptConnections<Kept>(10);
    const all = [new Kept("a"), new Kept("b")];
    // As connections do that are closed while they are kept.
    for (const each of all) {
      each.close = () => {
        each.isClosed = true;
        kept.delete(row, each);
      };
    }
    for (const each of all) kept.add(row, each);
    row.vacate();
    row.occupy(backend(98));
    if (first === "add") kept.add(row, new Kept("c"));
    assertEquals(kept.take(row)?.name, first === "add" ? "c" : undefined);
    assertEquals(all.map(({ isClosed }) => isClosed), [true, true]);
    assertEquals(kept.take(row), null);
  });
}
