import type { Logger } from "../../log/logger.ts";
import type { HttpRequest, HttpResponse } from "../../http/message.ts";
import type { Access } from "./access.ts";
import type { AdminSource } from "./admin_source.ts";
import type { EventHub } from "./event_hub.ts";
import type { Readings } from "./readings.ts";

/** What the endpoints work with. */
export interface AdminParts {
  readonly source: AdminSource;
  readonly readings: Readings;
  readonly hub: EventHub;
  readonly access: Access;
  readonly log: Logger;
}

/** A request to an endpoint. */
export interface Call {
  readonly request: HttpRequest;
  /** Whether the client may see everything; only open endpoints serve others. */
  readonly isAdmitted: boolean;
  /** What stands for `:name` in the path, decoded; empty if nothing does. */
  readonly name: string;
}

/** An endpoint. */
export interface Endpoint {
  readonly method: "GET" | "POST";
  /** Such as `/status`, or `/backends/:name` with any text but a slash for `:name`. */
  readonly path: string;
  /** Whether it serves clients without the token, too; false if absent. */
  readonly isOpen?: boolean;
  /** What a request without access gets; absent for a 401. */
  readonly denied?: () => HttpResponse;
  /** Serves HEAD as well if the method is GET. */
  serve(call: Call, parts: AdminParts): HttpResponse | Promise<HttpResponse>;
}
