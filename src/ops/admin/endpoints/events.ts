/** `GET /events`: a snapshot each second, and records of the log, as server-sent events. */
import type { Field } from "../../../http/message.ts";
import { COMMON, problem } from "../json.ts";
import type { Endpoint } from "../endpoint.ts";

const FIELDS: readonly Field[] = [
  ...COMMON,
  ["Content-Type", "text/event-stream"],
  // A proxy in front must not hold events back.
  ["X-Accel-Buffering", "no"],
];

/** Tells what happens, as long as the client listens. */
export const events: Endpoint = {
  method: "GET",
  path: "/events",
  serve({ request }, { hub }) {
    if (request.method === "HEAD") return { headers: FIELDS };
    const last = Number(request.header("last-event-id"));
    const body = hub.open(Number.isSafeInteger(last) && last > 0 ? last : 0);
    if (body === null) return problem(503, "Too many clients listen to events");
    return { headers: FIELDS, body };
  },
};
