import { concat } from "../../base/concat.ts";
import { formatStatusRanges } from "../../base/health_check.ts";
import { parseResponseHead, type ResponseHead } from "../../http/codec/parse_response_head.ts";
import { isomorphic } from "../../http/codec/text.ts";
import { BodySearch, type SearchState } from "./body_search.ts";
import { type CheckResult, failed, OK } from "./result.ts";
import type { HttpCheck } from "./settings.ts";

const LINE_FEED = 10;
const SWITCHING_PROTOCOLS = 101;
const UNAVAILABLE = 503;
/** The most bytes of the header section, interim responses included. */
const MAX_HEAD = 16 * 1024;
const RETRY_AFTER = /\nretry-after[ \t]*:/i;

const CUT_SHORT = failed("the connection was closed before the end of the response");

/** Judges the answer to a check by HTTP, as it arrives. */
export class HttpAnswer {
  readonly #check: HttpCheck;
  /** What has arrived of the header section. */
  #head = new Uint8Array(0);
  /** Null until the header section is complete. */
  #search: BodySearch | null = null;

  constructor(check: HttpCheck) {
    this.#check = check;
  }

  /** Takes what has arrived. Returns the result once it is certain, or else null. */
  take(bytes: Uint8Array<ArrayBuffer>): CheckResult | null {
    if (this.#search !== null) return this.#resultOf(this.#search.take(bytes));
    this.#head = concat(this.#head, bytes);
    // Without the end of a line, there is nothing new to parse.
    const head = bytes.includes(LINE_FEED) ? finalHead(this.#head) : "more";
    if (head === "malformed") return failed("the answer is not an HTTP/1.1 response");
    if (head === "more") {
      return this.#head.length > MAX_HEAD
        ? failed(`the header section is longer than ${MAX_HEAD} bytes`)
        : null;
    }
    return this.#judge(head);
  }

  /** The result once the backend has closed the connection. */
  end(): CheckResult {
    if (this.#search !== null) return this.#resultOf(this.#search.end()) ?? CUT_SHORT;
    return this.#head.length > 0
      ? CUT_SHORT
      : failed("the connection was closed without a response");
  }

  #judge(head: ResponseHead): CheckResult | null {
    const { status, body } = this.#check;
    if (!status.some(({ from, to }) => from <= head.status && head.status <= to)) {
      const hasRetryAfter = RETRY_AFTER.test(isomorphic(this.#head, 0, head.end));
      return head.status === UNAVAILABLE && hasRetryAfter
        ? { kind: "drain", reason: "status 503 with Retry-After" }
        : failed(`status ${head.status}, expected ${formatStatusRanges(status)}`);
    }
    if (body === null) return OK;
    this.#search = new BodySearch(body, head.length);
    return this.#resultOf(this.#search.take(this.#head.subarray(head.end)));
  }

  #resultOf(state: SearchState): CheckResult | null {
    if (state === "found") return OK;
    if (state === "more") return null;
    return failed(
      state === "malformed"
        ? "the chunks of the body are malformed"
        : `the body does not contain "${this.#check.body}"`,
    );
  }
}

/** Parses the header section after those of interim responses (RFC 9110, 15.2). */
function finalHead(bytes: Uint8Array<ArrayBuffer>): ResponseHead | "more" | "malformed" {
  for (let from = 0;;) {
    const head = parseResponseHead(bytes, from);
    if (typeof head === "string") return head;
    if (head.status >= 200 || head.status === SWITCHING_PROTOCOLS) return head;
    from = head.end;
  }
}
