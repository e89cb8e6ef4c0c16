type EventType = keyof WebSocketEventMap;
// deno-lint-ignore no-explicit-any -- as in the interface itself: each type has its own event
type Handler = ((this: WebSocket, event: any) => unknown) | null;
type Guard = (this: WebSocketEventTarget, event: Event) => void;

/** The functions registered in place of listeners, kept so that they can be removed. */
const guards = new WeakMap<EventListenerOrEventListenerObject, Guard>();

/**
 * The events of a WebSocket, with the interface that it has in browsers. Errors of
 * listeners, including asynchronous ones, are passed to `fail()`.
 */
export abstract class WebSocketEventTarget extends EventTarget {
  readonly #handlers = new Map<string, Handler>();

  /** Takes what a listener threw. */
  protected abstract fail(error: unknown): void;

  get onopen(): WebSocket["onopen"] {
    return this.#handler("open");
  }
  set onopen(handler: WebSocket["onopen"]) {
    this.#handle("open", handler);
  }

  get onmessage(): WebSocket["onmessage"] {
    return this.#handler("message");
  }
  set onmessage(handler: WebSocket["onmessage"]) {
    this.#handle("message", handler);
  }

  get onerror(): WebSocket["onerror"] {
    return this.#handler("error");
  }
  set onerror(handler: WebSocket["onerror"]) {
    this.#handle("error", handler);
  }

  get onclose(): WebSocket["onclose"] {
    return this.#handler("close");
  }
  set onclose(handler: WebSocket["onclose"]) {
    this.#handle("close", handler);
  }

  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener && WebSocketEventTarget.#guard(listener), options);
  }

  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener && WebSocketEventTarget.#guard(listener), options);
  }

  #handler(type: EventType): Handler {
    return this.#handlers.get(type) ?? null;
  }

  #handle(type: EventType, handler: Handler): void {
    if (!this.#handlers.has(type)) super.addEventListener(type, WebSocketEventTarget.#callHandler);
    this.#handlers.set(type, typeof handler === "function" ? handler : null);
  }

  /** Shared by all sockets, since a closure for each would cost memory. */
  static readonly #callHandler = function (this: WebSocketEventTarget, event: Event): void {
    const handler = this.#handlers.get(event.type);
    if (handler) this.#attempt(() => handler.call(this as unknown as WebSocket, event));
  };

  static #guard(listener: EventListenerOrEventListenerObject): Guard {
    let guard = guards.get(listener);
    if (guard === undefined) {
      guard = function (event) {
        this.#attempt(() =>
          typeof listener === "function" ? listener.call(this, event) : listener.handleEvent(event)
        );
      };
      guards.set(listener, guard);
    }
    return guard;
  }

  #attempt(act: () => unknown): void {
    try {
      const result = act();
      if (result instanceof Promise) result.catch((error) => this.fail(error));
    } catch (error) {
      this.fail(error);
    }
  }
}
