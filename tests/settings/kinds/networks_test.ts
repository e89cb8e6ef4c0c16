import { assertEquals } from "@std/assert";
import { safeParse } from "valibot";
import { networks } from "../../../src/settings/kinds.ts";
import { readAs } from "../../helpers/kinds.ts";

Deno.test("networks() accepts networks, addresses and the word unix", () => {
  assertEquals(readAs(networks(), "10.0.0.0/8, fd00::/8,127.0.0.1"), [
    "10.0.0.0/8",
    "fd00::/8",
    "127.0.0.1",
  ]);
  assertEquals(readAs(networks(), ["::1", "unix"]), ["::1", "unix"]);
});

Deno.test("networks() refuses anything else, and says what was expected", () => {
  for (const wrong of ["", "all", "10.0.0.1/8", "10.0.0.0/33", "UNIX", "localhost", "[::1]", 5]) {
    assertEquals(readAs(networks(), wrong), null, String(wrong));
  }
  const { issues = [] } = safeParse(networks().schema, "10.0.0.1/8");
  assertEquals(
    issues[0]?.message,
    "a network such as 10.0.0.0/8 or fd00::/8, with nothing but zeros after its prefix, " +
      "an IP address, or unix",
  );
});
