import { assertEquals } from "@std/assert";
import { nearest } from "../../src/settings/nearest.ts";

Deno.test("nearest() finds the intended word", async () => {
  const known = ["idle-timeout", "port", "host"];
  assertEquals(await nearest("idel-timeout", known), "idle-timeout");
  assertEquals(await nearest("prot", known), "port");
});

Deno.test("nearest() is null if no word is similar", async () => {
  assertEquals(await nearest("zzz", ["idle-timeout", "port"]), null);
  assertEquals(await nearest("port", []), null);
  assertEquals(await nearest("port".repeat(1_000_000), ["port"]), null);
});
