import { hmac } from "@noble/hashes/hmac";
import { sha256 } from "@noble/hashes/sha2";
import { cookieValue } from "./cookie_value.ts";

/** A backend, by its address. */
interface Named {
  readonly addressText: string;
}

/** So many bytes cannot be guessed, and no two backends share them. */
const ID_BYTES = 16;

const encoder = new TextEncoder();

/**
 * The cookie that keeps a client with the backend of its first request.
 *
 * Its value is an HMAC of the backend's address: it does not tell the address, and nobody makes
 * one without the key, so a client can neither choose a backend that it was not sent to nor
 * learn how many there are. One that was tampered with is that of no backend. It depends on
 * nothing but the key, the group and the address, so all workers know it, after a restart, too.
 */
export class StickyCookie<Backend extends Named> {
  readonly #name: string;
  readonly #key: Uint8Array;
  readonly #group: string;
  /** The values by address; those of backends that are gone until the backends are prepared. */
  #values = new Map<string, string>();
  /** The backends by value. */
  readonly #backends = new Map<string, Backend>();
  /** The backends of the map. */
  #rows: readonly Backend[] = [];

  /**
   * @param name The name of the cookie.
   * @param key The secret.
   * @param group The name of the group: a backend has another value in each.
   */
  constructor(name: string, key: Uint8Array, group: string) {
    this.#name = name;
    this.#key = key;
    this.#group = group;
  }

  /**
   * Finds the backend that a cookie names, whatever its health.
   *
   * @param header The field Cookie; null if there is none.
   * @param rows All backends of the group; another array if any of them has changed.
   */
  rowOf(header: string | null, rows: readonly Backend[]): Backend | null {
    if (header === null) return null;
    const value = cookieValue(header, this.#name);
    if (value === null) return null;
    if (rows !== this.#rows) this.#prepare(rows);
    return this.#backends.get(value) ?? null;
  }

  /**
   * The field Set-Cookie that names a backend, until the client ends its session.
   *
   * @param isSecure Whether the client uses `https`, and so is to send the cookie with that only.
   */
  setCookie(row: Backend, isSecure: boolean): string {
    let value = this.#values.get(row.addressText);
    if (value === undefined) {
      value = this.#valueOf(row.addressText);
      this.#values.set(row.addressText, value);
    }
    const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
    return `${this.#name}=${value}; ${attributes}`;
  }

  #prepare(rows: readonly Backend[]): void {
    const values = new Map<string, string>();
    this.#backends.clear();
    for (const row of rows) {
      const address = row.addressText;
      const value = this.#values.get(address) ?? this.#valueOf(address);
      values.set(address, value);
      this.#backends.set(value, row);
    }
    this.#values = values;
    this.#rows = rows;
  }

  #valueOf(address: string): string {
    // No name and no address has a null character in it.
    const text = encoder.encode(`sluice sticky cookie\0${this.#group}\0${address}`);
    const id = hmac(sha256, this.#key, text).subarray(0, ID_BYTES);
    return id.toBase64({ alphabet: "base64url", omitPadding: true });
  }
}
