import { type Case, outcomeOf, REQUEST } from "./case.ts";
import { CLASS_CASES } from "./class_cases.ts";
import { HEADERS_CASES } from "./headers_cases.ts";
import { REQUEST_CASES } from "./request_cases.ts";
import { receivedOf, RESPONSE_CASES, SENT } from "./response_cases.ts";

/** The cases that need no request from a client. */
export const LOCAL_CASES: readonly Case[] = [...RESPONSE_CASES, ...CLASS_CASES, ...HEADERS_CASES];

/** The outcomes of cases, by name. */
export type Outcomes = Record<string, string>;

/** Runs cases, one after another. */
export async function outcomesOf(
  cases: readonly Case[],
  makeRequest: () => Request,
): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  for (const one of cases) outcomes[one.name] = await outcomeOf(one, makeRequest());
  return outcomes;
}

/** All that the runtime itself does: the program `plain.ts` prints it. */
export async function plainOutcomes(): Promise<Record<"local" | "request" | "sent", Outcomes>> {
  const makeRequest = () => {
    const headers = new Headers();
    for (const [name, value] of REQUEST.headers) {
      // Those of Cookie are joined by semicolons when they arrive (RFC 6265, 4.2.1).
      if (name !== "Cookie") headers.append(name, value);
    }
    headers.set("Cookie", "a=1; b=2");
    const { method, path, body } = REQUEST;
    return new Request(`http://localhost${path}`, { method, headers, body });
  };
  const sent: Outcomes = {};
  for (const { name, make } of SENT) {
    sent[name] = await make().then(receivedOf, () => "500");
  }
  return {
    local: await outcomesOf(LOCAL_CASES, makeRequest),
    request: await outcomesOf(REQUEST_CASES, makeRequest),
    sent,
  };
}
