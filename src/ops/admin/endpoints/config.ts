/** `GET /config`: the settings in effect, and where they come from. */
import { json } from "../json.ts";
import type { Endpoint } from "../endpoint.ts";

/** Tells the settings in effect. */
export const config: Endpoint = {
  method: "GET",
  path: "/config",
  serve: (_call, { source }) => json(source.config()),
};
