import { assertEquals } from "@std/assert";
import type { LogStyle } from "../../src/log/logger.ts";
import { recordLine } from "../../src/log/record_line.ts";
import { remoteLogger } from "../../src/log/remote_logger.ts";

const VALUES = [
  ...["plain", "", "with space", 'a "quote"', "back\\slash", "line\nbreak", "a=b", "it's", "ü"],
  ...["\u2028", "\x1b[2J", "\u202e", 0, -0, 1.5, 1e21, 1e-7, NaN, Infinity, 2 ** 53],
];

for (const isText of [false, true]) {
  Deno.test(`in ${isText ? "text" : "JSON"}, recordLine() formats as the logger does`, () => {
    const style: LogStyle = { level: "info", isText, isColoured: false, columns: null };
    const kind = { message: "Something happened", names: ["an odd name", "x.y"] };
    const line = recordLine(kind, style);
    for (const value of VALUES) {
      let expected = "";
      const log = remoteLogger(style, (text) => expected = text);
      log.info(kind.message, { "an odd name": value, "x.y": 1 });
      assertEquals(withoutTime(line([value, 1])), withoutTime(expected));
    }
  });
}

function withoutTime(line: string): string {
  return line.replace(/\d{4}-\S{14}\.\d{3}Z/, "now");
}
