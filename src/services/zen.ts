import { defineService } from "./service.ts";
import { type RequestHandler, serveRequests } from "./handler/framing.ts";

const ANSWERS: ReadonlyMap<string, string> = new Map([
  ["Beautiful is better than?", "Ugly."],
  ["Explicit is better than?", "Implicit."],
  ["Simple is better than?", "Complex."],
]);

/** A pure function: it does no I/O. */
const handler: RequestHandler<string> = {
  handle: (question) => ANSWERS.get(question.trim()) ?? "Error: unknown aphorism.",
};

/** Completes aphorisms: a question ends with `?`, its answer with `.`. */
export const zen = defineService({
  name: "zen",
  help: "completes aphorisms: questions end with `?`, answers with `.`",
  port: 1060,
  options: [],
  refusal: "Error: too many clients.",
  create: (context) =>
    serveRequests(
      { type: "delimiter", delimiter: "?", skipNewlines: true, limit: 1024 },
      handler,
      context,
    ),
});
