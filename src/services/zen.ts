import { defineService } from "./service.ts";
import { type RequestHandler, serveRequests } from "./handler/framing.ts";

const ANSWERS: ReadonlyMap<string, string> = new Map([
  ["Beautiful is better than?", "Ugly."],
  ["Explicit is better than?", "Implicit."],
  ["Simple is better than?", "Complex."],
]);

/** Pure: it knows aphorisms, not sockets. */
const handler: RequestHandler<string> = {
  handle: (question) => ANSWERS.get(question.trim()) ?? "Error: unknown aphorism.",
};

/** Answers questions that end with `?`. */
export const zen = defineService({
  name: "zen",
  help: "aphorisms: a question ends with `?`, the answer with `.`",
  port: 1060,
  options: [],
  refusal: "Error: too many clients.",
  create: (context) =>
    serveRequests({ type: "delimiter", delimiter: "?", limit: 1024 }, handler, context),
});
