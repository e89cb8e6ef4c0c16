import { assertEquals } from "@std/assert";
import { SURPLUS, WRONG } from "../../src/load/answer.ts";
import { EchoAnswer } from "../../src/load/echo_answer.ts";
import { openSocketLibrary } from "../../src/load/socket_library.ts";
import { Sockets } from "../../src/load/sockets.ts";
import { messageFor, readAnswer, waysToCut } from "../helpers/load_answers.ts";

const TEXT = "Hello, World!\0\xff\r\n";
const MESSAGE = messageFor(TEXT);
// The library stays open, which is no leak of a test.
const sockets = new Sockets(openSocketLibrary());

function makeReader(): EchoAnswer {
  return new EchoAnswer((a, b, length) => sockets.areEqual(a, b, length));
}

Deno.test("EchoAnswer is over with the last byte of the message, wherever it is cut", () => {
  const reader = makeReader();
  for (const cuts of waysToCut(TEXT.length)) {
    assertEquals(
      readAnswer(reader, MESSAGE, TEXT, cuts),
      { standing: "over", failure: null },
      `cut at ${cuts}`,
    );
    assertEquals(readAnswer(reader, MESSAGE, TEXT.slice(0, -1), []).standing, "more");
    assertEquals(reader.end(), false);
  }
});

Deno.test("EchoAnswer finds a wrong byte anywhere, and is over with the last byte all the same", () => {
  const reader = makeReader();
  for (let at = 0; at < TEXT.length; at++) {
    const answer = `${TEXT.slice(0, at)}?${TEXT.slice(at + 1)}`;
    for (const cuts of waysToCut(TEXT.length)) {
      assertEquals(
        readAnswer(reader, MESSAGE, answer, cuts),
        { standing: "over", failure: WRONG },
        `wrong at ${at}, cut at ${cuts}`,
      );
    }
  }
});

Deno.test("EchoAnswer finds what is too much, and makes the answer the last", () => {
  const reader = makeReader();
  for (let cut = 0; cut < TEXT.length; cut++) {
    assertEquals(
      readAnswer(reader, MESSAGE, `${TEXT}x`, [cut]),
      { standing: "last", failure: SURPLUS },
      `cut at ${cut}`,
    );
  }
});

Deno.test("EchoAnswer begins anew with each message, however the one before went", () => {
  const reader = makeReader();
  for (const before of ["", "H", "x", "Hello, World?", `${TEXT}x`]) {
    readAnswer(reader, MESSAGE, before);
    assertEquals(readAnswer(reader, messageFor("other"), "other"), {
      standing: "over",
      failure: null,
    });
  }
});
