import { defineService } from "./service.ts";
import { type RequestHandler, serveRequests } from "./handler/framing.ts";

const ANSWERS: ReadonlyMap<string, string> = new Map([
  ["Beautiful is better than?", "Ugly."],
  ["Explicit is better than?", "Implicit."],
  ["Simple is better than?", "Complex."],
]);

/** Knows its aphorisms, and nothing of sockets. */
const handler: RequestHandler<string> = {
  handle: (question) => ANSWERS.get(question.trim()) ?? "Error: unknown aphorism.",
};

/** A question ends with `?`, its answer with `.`. */
export const zen = defineService({
  name: "zen",
  help: "aphorisms: a question ends with `?`, the answer with `.`",
  port: 1060,
  options: [],
  refusal: "Error: too many clients.",
  create: (context) =>
    serveRequests({ type: "delimiter", delimiter: "?", limit: 1024 }, handler, context),
});
