import { assertEquals } from "@std/assert";
import { SURPLUS } from "../../src/load/answer.ts";
import { DelimitedAnswer } from "../../src/load/delimited_answer.ts";
import { messageFor, readAnswer, waysToCut } from "../helpers/load_answers.ts";

const MESSAGE = messageFor("a message");

/** Delimiters, and answers that have them at their end only. */
const CASES: Record<string, readonly string[]> = {
  "\n": ["\n", "pong\n", "a line that ends with a return\r\n"],
  "\r\n": ["\r\n", "\r\r\n", "\n\r\n", "pong\rpong\npong\n\r\r\n"],
  // Of each a part comes again before the whole does.
  "aab": ["aab", "aaab", "aaaaab", "aacaab", "abaaab", "aaaacaaaab"],
  "abab": ["abab", "aabab", "abaabab", "abbabaabab"],
  "\r\n.\r\n": ["\r\n.\r\n", "text\r\n..\r\n.\r\r\n.\r\n", "\r\n\r\n.\r\n"],
  "\0": ["\0", "\xff\0"],
  "\xff\xfe": ["\xff\xfe", "\xff\xff\xfe", "\xfe\xff\xfe"],
  "a delimiter that is longer than what comes at once": [
    "before a delimiter that is longer a delimiter that is longer than what comes at once",
  ],
};

for (const [delimiter, answers] of Object.entries(CASES)) {
  Deno.test(`DelimitedAnswer ends with ${JSON.stringify(delimiter)}, wherever it is cut`, () => {
    const reader = new DelimitedAnswer(delimiter);
    for (const answer of answers) {
      for (const cuts of waysToCut(answer.length)) {
        assertEquals(
          readAnswer(reader, MESSAGE, answer, cuts),
          { standing: "over", failure: null },
          `${JSON.stringify(answer)} cut at ${cuts}`,
        );
      }
      assertEquals(readAnswer(reader, MESSAGE, answer.slice(0, -1)).standing, "more");
      assertEquals(reader.end(), false);
    }
  });

  Deno.test(`DelimitedAnswer finds what comes after ${JSON.stringify(delimiter)}`, () => {
    const reader = new DelimitedAnswer(delimiter);
    for (const answer of answers) {
      for (let cut = 0; cut < answer.length; cut++) {
        for (const surplus of ["x", answer, delimiter]) {
          assertEquals(
            readAnswer(reader, MESSAGE, answer + surplus, [cut]),
            { standing: "last", failure: SURPLUS },
            `${JSON.stringify(answer + surplus)} cut at ${cut}`,
          );
        }
      }
    }
  });
}

Deno.test("DelimitedAnswer keeps nothing of the message before", () => {
  const reader = new DelimitedAnswer("\r\n");
  assertEquals(readAnswer(reader, MESSAGE, "pong\r").standing, "more");
  assertEquals(readAnswer(reader, MESSAGE, "\n").standing, "more");
  assertEquals(readAnswer(reader, MESSAGE, "pong\r\nx").failure, SURPLUS);
  assertEquals(readAnswer(reader, MESSAGE, "pong\r\n"), { standing: "over", failure: null });
});
