import { assert, assertEquals } from "@std/assert";
import { misbehaviourPage } from "../../tools/misbehaviour_docs.ts";

Deno.test("the page of misbehaving handlers ends each piece of code in its cell", () => {
  const rows = misbehaviourPage().split("\n").filter((line) => line.startsWith("|"));
  assert(rows.length > 0);
  const cells = rows.flatMap((row) => row.split(/(?<!\\)\|/));
  const isBroken = (cell: string) => cell.split("`").length % 2 === 0 || cell.includes("\\`");
  assertEquals(cells.filter(isBroken), []);
});
