/** The endpoints that change something: `POST /reload`, `/drain`, `/scale`, `/log-level`, `/backends/GROUP`. */
import * as v from "valibot";
import { HttpError } from "../../../http/error.ts";
import { LEVELS } from "../../../log/level.ts";
import { MAX_WORKERS } from "../../../settings/worker_options.ts";
import { answerCommand } from "../answer_command.ts";
import { readJson } from "../body.ts";
import type { Endpoint } from "../endpoint.ts";

const NOTHING = v.strictObject({});
const integer = v.pipe(v.number(), v.integer());

const SCALE = v.union([
  v.strictObject({ workers: v.pipe(integer, v.minValue(1), v.maxValue(MAX_WORKERS)) }),
  v.strictObject({ by: v.pipe(integer, v.minValue(-MAX_WORKERS), v.maxValue(MAX_WORKERS)) }),
]);

const LEVEL = v.strictObject({ level: v.picklist(LEVELS) });

/** The largest weight of a backend, as in the settings. */
const MAX_WEIGHT = 1000;

const BACKEND = v.strictObject({
  address: v.string(),
  state: v.optional(v.picklist(["drain", "ready"])),
  weight: v.optional(
    v.nullable(v.pipe(integer, v.minValue(0), v.maxValue(MAX_WEIGHT))),
  ),
});

/** The endpoint of a command that needs no more than its name. */
function bare(kind: "reload" | "drain"): Endpoint {
  return {
    method: "POST",
    path: `/${kind}`,
    async serve(call, parts) {
      await readJson(call.request, NOTHING);
      return answerCommand({ kind }, call, parts);
    },
  };
}

/** Loads the settings again. */
export const reload: Endpoint = bare("reload");

/** Begins to drain. */
export const drain: Endpoint = bare("drain");

/** Changes the maximum number of lanes. */
export const scale: Endpoint = {
  method: "POST",
  path: "/scale",
  async serve(call, parts) {
    const body = await readJson(call.request, SCALE).catch((error) => {
      if (!(error instanceof HttpError) || error.status !== 400) throw error;
      throw new HttpError(
        400,
        `expected {"workers": 4} with 1 to ${MAX_WORKERS}, or {"by": 1}, also negative`,
      );
    });
    return answerCommand(
      "workers" in body ? { kind: "scale", to: body.workers } : { kind: "scale", by: body.by },
      call,
      parts,
    );
  },
};

/** Changes the level of the log. */
export const logLevel: Endpoint = {
  method: "POST",
  path: "/log-level",
  async serve(call, parts) {
    const { level } = await readJson(call.request, LEVEL);
    return answerCommand({ kind: "logLevel", level }, call, parts);
  },
};

/** Drains a backend of a group, or changes its weight. */
export const backend: Endpoint = {
  method: "POST",
  path: "/backends/:name",
  async serve(call, parts) {
    const { address, state, weight } = await readJson(call.request, BACKEND);
    if (state === undefined && weight === undefined) {
      throw new HttpError(400, 'expected "state", "weight" or both');
    }
    const changes = {
      ...(state === undefined ? {} : { state }),
      ...(weight === undefined ? {} : { weight }),
    };
    return answerCommand({ kind: "backend", group: call.name, address, ...changes }, call, parts);
  },
};
