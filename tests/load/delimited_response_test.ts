import { assertEquals } from "@std/assert";
import { EXCESS } from "../../src/load/response.ts";
import { DelimitedResponseReader } from "../../src/load/delimited_response.ts";
import { messageFor, readResponse, waysToCut } from "../helpers/load_responses.ts";

const MESSAGE = messageFor("a message");

/** Delimiters, and responses that contain them at the end only. */
const CASES: Record<string, readonly string[]> = {
  "\n": ["\n", "pong\n", "a line that ends with a return\r\n"],
  "\r\n": ["\r\n", "\r\r\n", "\n\r\n", "pong\rpong\npong\n\r\r\n"],
  // A part of the delimiter precedes it.
  "aab": ["aab", "aaab", "aaaaab", "aacaab", "abaaab", "aaaacaaaab"],
  "abab": ["abab", "aabab", "abaabab", "abbabaabab"],
  "\r\n.\r\n": ["\r\n.\r\n", "text\r\n..\r\n.\r\r\n.\r\n", "\r\n\r\n.\r\n"],
  "\0": ["\0", "\xff\0"],
  "\xff\xfe": ["\xff\xfe", "\xff\xff\xfe", "\xfe\xff\xfe"],
  "a delimiter that is longer than what comes at once": [
    "before a delimiter that is longer a delimiter that is longer than what comes at once",
  ],
};

for (const [delimiter, responses] of Object.entries(CASES)) {
  Deno.test(`DelimitedResponseReader ends with ${JSON.stringify(delimiter)}, wherever it is cut`, () => {
    const reader = new DelimitedResponseReader(delimiter);
    for (const response of responses) {
      for (const cuts of waysToCut(response.length)) {
        assertEquals(
          readResponse(reader, MESSAGE, response, cuts),
          { state: "done", failure: null },
          `${JSON.stringify(response)} cut at ${cuts}`,
        );
      }
      assertEquals(readResponse(reader, MESSAGE, response.slice(0, -1)).state, "more");
      assertEquals(reader.end(), false);
    }
  });

  Deno.test(`DelimitedResponseReader finds bytes after ${JSON.stringify(delimiter)}`, () => {
    const reader = new DelimitedResponseReader(delimiter);
    for (const response of responses) {
      for (let cut = 0; cut < response.length; cut++) {
        for (const excess of ["x", response, delimiter]) {
          assertEquals(
            readResponse(reader, MESSAGE, response + excess, [cut]),
            { state: "last", failure: EXCESS },
            `${JSON.stringify(response + excess)} cut at ${cut}`,
          );
        }
      }
    }
  });
}

Deno.test("DelimitedResponseReader starts afresh with each message", () => {
  const reader = new DelimitedResponseReader("\r\n");
  assertEquals(readResponse(reader, MESSAGE, "pong\r").state, "more");
  assertEquals(readResponse(reader, MESSAGE, "\n").state, "more");
  assertEquals(readResponse(reader, MESSAGE, "pong\r\nx").failure, EXCESS);
  assertEquals(readResponse(reader, MESSAGE, "pong\r\n"), { state: "done", failure: null });
});
