/** Runs the cases in a handler: all local ones, one with the request of a client, or sends a Response. */
import type { FetchHandler } from "../../../../src/mod.ts";
import { LOCAL_CASES, outcomesOf } from "./all_cases.ts";
import { outcomeOf } from "./case.ts";
import { REQUEST_CASES } from "./request_cases.ts";
import { SENT } from "./response_cases.ts";

export default {
  async fetch(request) {
    const index = Number(request.headers.get("x-index"));
    switch (request.headers.get("x-group")) {
      case "local":
        return Response.json(await outcomesOf(LOCAL_CASES, () => request));
      case "request": {
        const one = REQUEST_CASES[index];
        return new Response(one === undefined ? null : await outcomeOf(one, request));
      }
      default:
        return await SENT[index]?.make() ?? new Response(null, { status: 404 });
    }
  },
} satisfies FetchHandler;
