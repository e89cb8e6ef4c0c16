/** `GET /connections` and `POST /connections/ID`: the open connections, and the end of one. */
import * as v from "valibot";
import { PHASES } from "../../../core/event.ts";
import { HttpError } from "../../../http/error.ts";
import type { HttpRequest } from "../../../http/message.ts";
import { answerCommand } from "../answer_command.ts";
import { readJson } from "../body.ts";
import type { ConnectionFilter } from "../command.ts";
import type { Endpoint } from "../endpoint.ts";

const USUAL_LIMIT = 100;
const MOST = 1000;

const QUERY = v.strictObject({
  peer: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
  phase: v.optional(v.picklist(PHASES)),
  lane: v.optional(v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number))),
  min_age: v.optional(v.pipe(v.string(), v.regex(/^\d{1,9}(\.\d+)?$/), v.transform(Number))),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number), v.minValue(1), v.maxValue(MOST)),
  ),
});

const EXPECTED = "expected peer, phase (" + PHASES.join(", ") +
  `), lane, min_age in seconds, or limit from 1 to ${MOST}`;

/** Lists them. */
export const connections: Endpoint = {
  method: "GET",
  path: "/connections",
  serve(call, parts) {
    const { limit, filter } = readQuery(call.request);
    return answerCommand({ kind: "connections", filter, limit }, call, parts);
  },
};

/** Closes one. */
export const closeConnection: Endpoint = {
  method: "POST",
  path: "/connections/:name",
  async serve(call, parts) {
    await readJson(call.request, v.strictObject({}));
    return answerCommand({ kind: "closeConnection", id: call.name }, call, parts);
  },
};

function readQuery({ query }: HttpRequest): { limit: number; filter: ConnectionFilter } {
  const found = v.safeParse(QUERY, Object.fromEntries(new URLSearchParams(query)));
  if (!found.success) {
    const place = v.getDotPath(found.issues[0]);
    throw new HttpError(400, `Cannot read "${place}" of the query: ${EXPECTED}`);
  }
  const { limit = USUAL_LIMIT, min_age, peer, phase, lane } = found.output;
  const filter: ConnectionFilter = {
    ...(peer === undefined ? {} : { peer }),
    ...(phase === undefined ? {} : { phase }),
    ...(lane === undefined ? {} : { lane }),
    ...(min_age === undefined ? {} : { min_age_s: min_age }),
  };
  return { limit, filter };
}
