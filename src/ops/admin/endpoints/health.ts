/** `GET /livez`, `/readyz` and `/healthz`: for probes, which need no token and get no details then. */
import type { Field, HttpResponse } from "../../../http/message.ts";
import { json } from "../json.ts";
import type { AdminParts, Call, Endpoint } from "../endpoint.ts";

/** Whether the process should be restarted: 503 if its main thread hangs. */
export const livez: Endpoint = {
  method: "GET",
  path: "/livez",
  isOpen: true,
  serve({ isAdmitted }, { readings }) {
    const snapshot = readings.read("health");
    const { blocked } = snapshot;
    const isHung = readings.isHung(snapshot);
    const state = isHung ? "hung" : blocked.length > 0 ? "blocked" : "ok";
    const details = blocked.length > 0 && isAdmitted ? { blocked } : {};
    return json({ status: state, ...details }, isHung ? 503 : 200);
  },
};

/** Whether new clients should be sent to the server. */
export const readyz: Endpoint = {
  method: "GET",
  path: "/readyz",
  isOpen: true,
  serve: serveReadiness,
};

/** The same under the name that many load balancers ask for. */
export const healthz: Endpoint = { ...readyz, path: "/healthz" };

function serveReadiness({ isAdmitted }: Call, { readings }: AdminParts): HttpResponse {
  const { readiness } = readings.read("health");
  const { ready, reasons } = readiness;
  // By this field a balancer tells one that leaves from one that is broken.
  const isLeaving = reasons.some(({ code }) => code === "draining");
  const fields: readonly Field[] = isLeaving ? [["Retry-After", "1"]] : [];
  return json(isAdmitted ? readiness : { ready }, ready ? 200 : 503, fields);
}
