/**
 * The slots of the runtime's Fetch objects. Their state is in properties with symbols as keys,
 * which are found by their descriptions. They are no interface: another version of the runtime may
 * lack one, so whoever uses them first tries on an object of its own whether they do what is
 * expected, and does without them if not.
 */

/** The state of an object of the runtime, by slot. */
export type Slots = Record<symbol, unknown>;

/** Finds a slot of an object; null if it has none with this description. */
export function slotOf(object: object, description: string): symbol | null {
  const isIt = (key: symbol) => key.description === description;
  return Object.getOwnPropertySymbols(object).find(isIt) ?? null;
}

/** The state of an object of the runtime. */
export function slotsOf(object: object): Slots {
  return object as Slots;
}

/** The body of a Request or Response, as the runtime keeps it. */
export interface InnerBody {
  /** What was given, unless it is a stream or has become one. */
  streamOrStatic: StaticBody | ReadableStream<Uint8Array<ArrayBuffer>>;
  source: unknown;
  length: number | null;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  unusable(): boolean;
  consumed(): boolean;
  consume(): unknown;
  cancel(reason: unknown): void;
  error(reason: unknown): void;
  clone(): InnerBody;
  createProxy(): InnerBody;
}

/** A body that is text or bytes. */
export interface StaticBody {
  readonly body: unknown;
  consumed: boolean;
}

/** The runtime's class of bodies. */
export type InnerBodyClass = new (body: InnerBody["streamOrStatic"]) => InnerBody;
