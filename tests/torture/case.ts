/**
 * The table of what handlers do wrong, as data: each row is a test (`*_test.ts`), and
 * a row of docs/misbehaving-handlers.md (`deno task docs`).
 */

/** The shapes of a handler. */
export const SHAPES = ["fetch", "routes", "serve", "protocol", "handle"] as const;
export type Shape = typeof SHAPES[number];

/** Where a lane runs. */
export const PLACES = ["main", "thread", "process"] as const;
export type Place = typeof PLACES[number];

/**
 * What a client receives. With HTTP: `500`, `200 "text"`, `200 "te", cut off` if the
 * response never ends, or `closed`. With the other shapes: `open` or `closed`, after
 * the text if there is any: `"text", open`. `silence` is a client that waits.
 */
export type Answer = string;

/** What a deed leads to, in one place. */
export interface Outcome {
  /** What the client receives. The shapes of HTTP and the others may differ. */
  readonly answer: Answer | { readonly http: Answer; readonly other: Answer };
  /**
   * The start of the message of each record at level WARN or ERROR, followed by the
   * start of its error, if it has one, after an arrow: `Request failed <- Error: no`.
   */
  readonly records: readonly string[] | {
    readonly http: readonly string[];
    readonly other: readonly string[];
  };
  /**
   * `same`: the same worker serves the next client. `new`: a worker that replaced it
   * does. `stuck`: nobody does. `broken`: nothing is promised, except that a reload puts
   * a new thread or process in its place. A number is the exit code of the server, a
   * name the signal that ended it.
   */
  readonly next: "same" | "new" | "stuck" | "broken" | number | Deno.Signal;
}

/** Something that a handler does wrong. */
export interface Deed {
  /** Follows "The handler": "throws undefined". Unique. */
  readonly does: string;
  /** Plain JavaScript, the body of a function with the variables of the shape. */
  readonly code: string;
  readonly shapes: readonly Shape[];
  readonly outcome: Outcome | Readonly<Record<Place, Outcome>>;
  /** Whether the client opens a WebSocket, and sends a message. Then the answer is what it receives. */
  readonly isWebSocket?: boolean;
  /** What the client sends in the body of its request; without one it sends GET. */
  readonly body?: string;
  /** Whether it needs a server of its own, because of what it leaves behind. */
  readonly isAlone?: boolean;
  /** Options of the server, for a deed alone. */
  readonly options?: readonly string[];
  /** What the handler prints when what it did has passed: the server reloads only from then on. */
  readonly passing?: string;
  /** Where the server can no longer reload afterwards. */
  readonly harmsReload?: readonly Place[];
  /** What else users should know. */
  readonly note?: string;
}

/** A deed of a fetch handler that needs a server of its own. */
export function alone(
  does: string,
  code: string,
  outcome: Deed["outcome"],
  more: Partial<Deed> = {},
): Deed {
  return { does, code, shapes: ["fetch"], isAlone: true, outcome, ...more };
}

/** A part of the table. */
export interface Theme {
  /** A heading. */
  readonly title: string;
  /** A paragraph in Markdown. */
  readonly text: string;
  readonly deeds: readonly Deed[];
}

/** What a deed leads to in a place. */
export function outcomeOf({ outcome }: Deed, place: Place): Outcome {
  return "next" in outcome ? outcome : outcome[place];
}
