import { waitFor } from "./until.ts";

/** A message of a service, sd_notify(3). */
export interface Notification {
  /** Its assignments. */
  readonly values: Readonly<Record<string, string>>;
  /** When it came, by `performance.now()`. */
  readonly time: number;
}

/** Plays the service manager's end of the notify protocol. */
export class NotifySocket implements AsyncDisposable {
  /** The environment of the service, so that it notifies this manager. */
  readonly env: Readonly<Record<string, string>>;
  /** All messages so far. */
  readonly messages: Notification[] = [];
  readonly #socket: Deno.DatagramConn;
  readonly #over: Promise<void>;
  readonly #folder: string;

  /** Listens in a new folder, or at an abstract name. */
  static async open(kind: "path" | "abstract" = "path"): Promise<NotifySocket> {
    return new NotifySocket(await Deno.makeTempDir({ prefix: "notify" }), kind);
  }

  private constructor(folder: string, kind: "path" | "abstract") {
    this.#folder = folder;
    const path = `${folder}/socket`;
    this.#socket = Deno.listenDatagram({
      transport: "unixpacket",
      path: kind === "path" ? path : `\0${path}`,
    });
    this.env = { NOTIFY_SOCKET: kind === "path" ? path : `@${path}` };
    this.#over = this.#receive();
  }

  /** Waits for a message with an assignment, not before a number of messages. */
  next(name: string, after = 0): Promise<Notification> {
    return waitFor(
      `${name} is notified`,
      () => this.messages.slice(after).find(({ values }) => name in values) ?? null,
    );
  }

  /** Waits for a status that matches. */
  says(pattern: RegExp): Promise<Notification> {
    return waitFor(
      `the status matches ${pattern}`,
      () => this.messages.find(({ values }) => pattern.test(values.STATUS ?? "")) ?? null,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#over;
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #receive(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const [data] of this.#socket) {
      const lines = decoder.decode(data).split("\n").map((line) => {
        const [name = "", ...value] = line.split("=");
        return [name, value.join("=")] as const;
      });
      this.messages.push({ values: Object.fromEntries(lines), time: performance.now() });
    }
  }
}
