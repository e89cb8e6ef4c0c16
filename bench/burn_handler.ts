/** A handler that is busy for a while with each request, a line; answers with a line as long. */
import { burn } from "./burn_loop.ts";

const rounds = Number(Deno.env.get("BURN_ROUNDS"));

export default {
  framing: { type: "lines", limit: 16 },
  handle(): string {
    burn(rounds);
    return "x";
  },
};
