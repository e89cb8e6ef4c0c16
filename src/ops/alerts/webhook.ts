import { maskPath } from "../../base/masked_url.ts";
import { systemReason } from "../../base/system_errors.ts";
import { later } from "../../base/timers.ts";
import type { Notice } from "./alert.ts";
import type { Delivery, Destination } from "./destination.ts";
import { destinationId } from "./destination_id.ts";
import type { Format } from "./formats/format.ts";

/** How long an answer may take, in milliseconds. */
const TIMEOUT = 10_000;
const MAX_REDIRECTS = 3;
/** What is wrong with the notice itself: it would be refused again. */
const REFUSED: readonly number[] = [400, 405, 413, 415, 422];

/** An HTTP server that notices are posted to. */
export class Webhook implements Destination {
  readonly id: string;
  readonly label: string;
  readonly maxTries = Infinity;
  readonly #url: string;
  readonly #format: Format;
  readonly #repeat: () => number;

  /** @param repeat How often an alert is repeated, in milliseconds; 0 for never. */
  constructor(url: string, format: Format, repeat: () => number) {
    this.id = destinationId(url);
    this.label = maskPath(url);
    this.#url = url;
    this.#format = format;
    this.#repeat = repeat;
  }

  async deliver(notice: Notice, signal: AbortSignal): Promise<Delivery> {
    const controller = new AbortController();
    const abort = () => controller.abort();
    signal.addEventListener("abort", abort);
    const cancel = later(TIMEOUT, abort);
    try {
      return await this.#post(notice, controller.signal);
    } catch (error) {
      const isLate = controller.signal.aborted;
      const reason = isLate ? `no answer within ${TIMEOUT / 1000} s` : this.#reasonOf(error);
      return { kind: "failed", reason, retryAfter: null };
    } finally {
      cancel();
      signal.removeEventListener("abort", abort);
    }
  }

  async #post(notice: Notice, signal: AbortSignal): Promise<Delivery> {
    const body = this.#format.body(notice, this.#repeat());
    let url = new URL(this.#format.urlOf(this.#url));
    for (let redirects = 0;; redirects++) {
      const response = await fetch(withoutUser(url), {
        method: "POST",
        headers: headersOf(url, notice),
        body,
        redirect: "manual",
        signal,
      });
      await response.body?.cancel();
      const next = redirects < MAX_REDIRECTS ? redirectOf(response, url) : null;
      if (next === null) return deliveryOf(response);
      url = next;
    }
  }

  /** Why it has failed. The runtime's message names the URL, which is a secret. */
  #reasonOf(error: unknown): string {
    const text = systemReason(error instanceof Error && error.cause ? error.cause : error);
    return text.replaceAll(/https?:\/\/[^\s)]+/g, this.label);
  }
}

function headersOf({ username, password }: URL, notice: Notice): HeadersInit {
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const bytes = new TextEncoder().encode(user);
  return {
    "Content-Type": "application/json",
    "User-Agent": "sluice-alerts",
    // For receivers that want each notice once, even if an answer is lost.
    "Idempotency-Key": notice.id,
    ...user === ":" ? {} : { Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` },
  };
}

function withoutUser(url: URL): URL {
  const bare = new URL(url);
  bare.username = bare.password = "";
  return bare;
}

/** Where a redirect leads; null if it is none, or leads to another host or away from TLS. */
function redirectOf({ status, headers }: Response, from: URL): URL | null {
  const location = headers.get("Location");
  if (status < 300 || status > 399 || location === null) return null;
  if (!URL.canParse(location, from)) return null;
  const to = new URL(location, from);
  const isSafe = to.protocol === from.protocol || to.protocol === "https:";
  if (to.hostname !== from.hostname || !isSafe) return null;
  to.username = from.username;
  to.password = from.password;
  return to;
}

function deliveryOf({ ok, status, headers }: Response): Delivery {
  if (ok) return { kind: "delivered" };
  const reason = `status ${status}`;
  if (REFUSED.includes(status)) return { kind: "refused", reason };
  return { kind: "failed", reason, retryAfter: retryAfterOf(headers.get("Retry-After")) };
}

/** Retry-After in milliseconds: seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterOf(value: string | null): number | null {
  if (value === null) return null;
  const time = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(time) && time > 0 ? time : null;
}
