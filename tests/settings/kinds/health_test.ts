import { assertEquals } from "@std/assert";
import { healthCheck, statuses } from "../../../src/settings/kinds.ts";
import { readAs } from "../../helpers/kinds.ts";

Deno.test("healthCheck() reads what it formats", () => {
  for (const text of ["none", "tcp", "http:/", "http:/health?full=1&a=%20"]) {
    const check = readAs(healthCheck(), text);
    assertEquals(check === null ? null : healthCheck().format(check), text);
  }
  assertEquals(readAs(healthCheck(), "http:/health"), { kind: "http", path: "/health" });
});

Deno.test("healthCheck() refuses other checks, and what no request line can hold", () => {
  const wrong = ["", "off", "TCP", "http", "http:", "http://a/", "https:/", "http:health"];
  for (const text of [...wrong, "http:/a b", "http:/a#b", "http:/a\r\nb", "http:/ü", true, null]) {
    assertEquals(readAs(healthCheck(), text), null, String(text));
  }
});

Deno.test("statuses() reads what it formats", () => {
  for (const text of ["200", "200-399", "200,204,300-308", "100-599"]) {
    const ranges = readAs(statuses(), text);
    assertEquals(ranges === null ? null : statuses().format(ranges), text);
  }
  assertEquals(readAs(statuses(), " 200 , 300-308"), [
    { from: 200, to: 200 },
    { from: 300, to: 308 },
  ]);
  assertEquals(readAs(statuses(), 204), [{ from: 204, to: 204 }]);
});

Deno.test("statuses() refuses what is no status", () => {
  for (
    const wrong of ["", "99", "600", "399-200", "2xx", "200-", "-200", "200,", 20, null, ["200"]]
  ) {
    assertEquals(readAs(statuses(), wrong), null, String(wrong));
  }
});
