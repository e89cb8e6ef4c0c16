import { assertEquals } from "@std/assert";
import { LaneQuestions } from "../../src/places/lane_questions.ts";

Deno.test("LaneQuestions gives each question its own answer, in whatever order they come", async () => {
  const questions = new LaneQuestions<string>();
  const ids: number[] = [];
  const asked = [0, 1].map(() => questions.ask((id) => ids.push(id)));
  const [first = 0, second = 0] = ids;
  questions.answer(second, "b");
  questions.answer(first, "a");
  assertEquals(await Promise.all(asked), ["a", "b"]);
  assertEquals([first, second, 3].map((id) => questions.expects(id)), [false, false, false]);
});

Deno.test("LaneQuestions asks a lane that does not answer only so much", async () => {
  const questions = new LaneQuestions<string>();
  let sent = 0;
  const asked = Array.from({ length: 100 }, () => questions.ask(() => sent++));
  assertEquals(await asked[99], null);
  assertEquals(sent < 40, true);
  questions.end();
  assertEquals(new Set(await Promise.all(asked)), new Set([null]));
});

Deno.test("LaneQuestions asks nothing of a lane that is gone", async () => {
  const questions = new LaneQuestions<string>();
  questions.end();
  const asked = questions.ask(() => {
    throw new Error("asked");
  });
  assertEquals(await asked, null);
});
