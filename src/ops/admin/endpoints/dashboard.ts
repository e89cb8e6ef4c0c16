/** `GET /`: the dashboard. */
import type { HttpResponse } from "../../../http/message.ts";
import { html } from "../html.ts";
import { COMMON } from "../json.ts";
import type { Endpoint } from "../endpoint.ts";

/** Shows the dashboard. */
export const dashboard: Endpoint = {
  method: "GET",
  path: "/",
  denied: () => redirect("/login"),
  async serve() {
    // Loaded here because many servers are never asked.
    const { dashboardPage } = await import("../../dashboard/page.ts");
    return html(await dashboardPage());
  },
};

/** Sends a browser to another page of this port. */
export function redirect(path: string, fields: HttpResponse["headers"] = []): HttpResponse {
  return { status: 303, headers: [...COMMON, ["Location", path], ...fields] };
}
