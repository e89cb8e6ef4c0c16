/** `GET /status`: everything as JSON. */
import { json, problem } from "../json.ts";
import type { Endpoint } from "../endpoint.ts";

/** What the endpoints that need a status answer while there is none. */
export const NOT_STARTED = () => problem(503, "The server is starting", [["Retry-After", "1"]]);

/** Tells everything that an operator sees. */
export const status: Endpoint = {
  method: "GET",
  path: "/status",
  serve(_call, { readings }) {
    const { status } = readings.read("status");
    return status === null ? NOT_STARTED() : json(status);
  },
};
