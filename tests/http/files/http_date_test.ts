import { assertEquals } from "@std/assert";
import { parseHttpDate } from "../../../src/http/files/http_date.ts";

const TIME = Date.UTC(1994, 10, 6, 8, 49, 37);

Deno.test("parseHttpDate parses the three formats of RFC 9110, 5.6.7, and nothing else", () => {
  const dates: Record<string, number | null> = {
    "Sun, 06 Nov 1994 08:49:37 GMT": TIME,
    "Sunday, 06-Nov-94 08:49:37 GMT": TIME,
    "Sun Nov  6 08:49:37 1994": TIME,
    "Wednesday, 06-Nov-24 08:49:37 GMT": Date.UTC(2024, 10, 6, 8, 49, 37),
    "Sun, 06 Nov 1994 08:49:37": null,
    "Sun, 06 Nov 1994 08:49:37 UTC": null,
    "Sun, 06 Nov 1994 08:49:37 +0000": null,
    "Sun, 6 Nov 1994 08:49:37 GMT": null,
    "Sun, 06 Nov 1994 25:49:37 GMT": null,
    "Sun, 06 Foo 1994 08:49:37 GMT": null,
    "1994-11-06T08:49:37Z": null,
    "784111777": null,
    "0": null,
    "": null,
  };
  for (const [text, expected] of Object.entries(dates)) {
    assertEquals(parseHttpDate(text), expected, text);
  }
});

Deno.test("parseHttpDate treats a date without a zone as GMT, in any time zone", async () => {
  const program = `
    import { parseHttpDate } from "./src/http/files/http_date.ts";
    console.log(parseHttpDate("Sun Nov  6 08:49:37 1994"), new Date(0).getTimezoneOffset());
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", program],
    cwd: new URL("../../..", import.meta.url),
    env: { TZ: "America/New_York", NO_COLOR: "1" },
  }).output();
  assertEquals(new TextDecoder().decode(stdout).trim(), `${TIME} 300`);
});
