import { within } from "../base/within.ts";

const NEWLINE = 10;

/** A TCP client of a server under test. Each wait ends with an error after a few seconds. */
export class TestClient implements Disposable {
  readonly #conn: Deno.Conn;
  readonly #patience: number;
  /** Bytes received, but not yet asked for. */
  #received = new Uint8Array(0);
  #isClosed = false;

  /** @param patience How long the server may take to send what is waited for, in milliseconds. */
  constructor(conn: Deno.Conn, patience: number) {
    this.#conn = conn;
    this.#patience = patience;
  }

  /** Sends a text or bytes. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
  }

  /** Sends a line and returns the next one, as {@linkcode readLine} does. */
  async ask(line: string): Promise<string | null> {
    await this.send(`${line}\n`);
    return await this.readLine();
  }

  /**
   * Reads a line, without its CR LF or LF; null if the server has ended the connection.
   *
   * @throws {Error} If the connection ends within a line, or nothing comes in time.
   */
  async readLine(): Promise<string | null> {
    let end: number;
    while ((end = this.#received.indexOf(NEWLINE)) === -1) {
      if (await this.#receive("a line")) continue;
      if (this.#received.length === 0) return null;
      throw new Error(`The connection has ended within a line: ${this.#text(this.#received)}`);
    }
    return this.#text(this.#take(end + 1)).replace(/\r?\n$/, "");
  }

  /**
   * Reads a number of bytes.
   *
   * @throws {Error} If the connection ends before that, or nothing comes in time.
   */
  async readBytes(count: number): Promise<Uint8Array> {
    while (this.#received.length < count) {
      if (await this.#receive(`${count} bytes`)) continue;
      throw new Error(`The connection has ended after ${this.#received.length} of ${count} bytes`);
    }
    return this.#take(count);
  }

  /** Reads all text until the server ends the connection. */
  async readAll(): Promise<string> {
    while (await this.#receive("the end of the connection"));
    return this.#text(this.#take(this.#received.length));
  }

  /** Sends nothing more, but still receives. */
  async end(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** Closes the connection. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Receives more; false if the server has ended the connection. */
  async #receive(what: string): Promise<boolean> {
    const buffer = new Uint8Array(16 * 1024);
    const late = () => new Error(`Waited ${this.#patience} ms for ${what}, and received nothing`);
    const count = await within(this.#patience, this.#conn.read(buffer), late);
    if (count === null) return false;
    const all = new Uint8Array(this.#received.length + count);
    all.set(this.#received);
    all.set(buffer.subarray(0, count), this.#received.length);
    this.#received = all;
    return true;
  }

  #take(count: number): Uint8Array {
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return taken;
  }

  #text(bytes: Uint8Array): string {
    return new TextDecoder().decode(bytes);
  }
}
