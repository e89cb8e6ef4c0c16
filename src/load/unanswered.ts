import type { LoadResult } from "./load.ts";
import { WRONG } from "./response.ts";

/** Failed requests by kind, such as `12 status 404, 1 reset`; empty if there are none. */
export function failuresText(errors: LoadResult["errors"]): string {
  return Object.entries(errors).map(([kind, count]) => `${count} ${kind}`).join(", ");
}

/** How requests failed, and what was expected, if none succeeded; null otherwise. */
export function unanswered({ requests, errors }: LoadResult): string | null {
  const failures = failuresText(errors);
  if (requests > 0 || failures === "") return null;
  return `every request failed, with ${failures}${expectation(errors)}`;
}

function expectation(errors: LoadResult["errors"]): string {
  if (Object.keys(errors).some((kind) => kind.startsWith("status "))) {
    return ", expected a status below 400";
  }
  return WRONG in errors ? ", expected a response in the protocol of the request" : "";
}
