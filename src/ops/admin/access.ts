/** Who may use the admin port. */
import type { HttpRequest } from "../../http/message.ts";
import type { Logger } from "../../log/logger.ts";
import { FailedTokens } from "./failed_tokens.ts";
import { SESSION_SECONDS, Sessions } from "./sessions.ts";
import { isToken, type TokenDigest } from "./token.ts";

/** Knows the token and the sessions. */
export class Access {
  readonly #sessions = new Sessions();
  readonly #failed: FailedTokens;
  #token: TokenDigest | null;

  /** @param token Null lets everyone in: the address does. */
  constructor(token: TokenDigest | null, log: Logger) {
    this.#token = token;
    this.#failed = new FailedTokens(log);
  }

  /** Whether clients need the token. */
  get isGuarded(): boolean {
    return this.#token !== null;
  }

  /** Takes a token that a reload has read; another one ends all sessions. */
  setToken(token: TokenDigest | null): void {
    const isSame = token !== null && this.#token?.toHex() === token.toHex();
    if (!isSame) this.#sessions.clear();
    this.#token = token;
  }

  /** Whether a request carries the token or a session; waits before it says no to a wrong token. */
  async admits(request: HttpRequest): Promise<boolean> {
    if (this.#token === null) return true;
    if (request.header("authorization") === null) {
      return sessionsOf(request).some((id) => this.#sessions.has(id));
    }
    return await this.#isRight(bearerOf(request), request);
  }

  /**
   * The same for what is open to all, whose answer must not wait: probes may have an old token.
   * While others guess, no token is looked at, so that this is no faster way to guess.
   */
  async admitsAtOnce(request: HttpRequest): Promise<boolean> {
    if (this.#token === null || request.header("authorization") === null) {
      return await this.admits(request);
    }
    if (this.#failed.isWaiting) return false;
    const token = bearerOf(request);
    if (isToken(token, this.#token)) return true;
    void this.#failed.note(peerOf(request));
    return false;
  }

  /**
   * Logs a browser in.
   *
   * @returns The value of Set-Cookie; null if the token is wrong.
   */
  async logIn(token: string, request: HttpRequest): Promise<string | null> {
    if (!await this.#isRight(token.trim(), request)) return null;
    return cookie(request, this.#sessions.begin(), SESSION_SECONDS);
  }

  /** Logs a browser out; returns the value of Set-Cookie. */
  logOut(request: HttpRequest): string {
    for (const id of sessionsOf(request)) this.#sessions.end(id);
    return cookie(request, "", 0);
  }

  async #isRight(token: string, request: HttpRequest): Promise<boolean> {
    if (this.#token === null || isToken(token, this.#token)) return true;
    await this.#failed.note(peerOf(request));
    return false;
  }
}

/** The client, for the log. */
export function peerOf({ remoteAddr }: Pick<HttpRequest, "remoteAddr">): string {
  return remoteAddr.transport === "tcp" ? remoteAddr.hostname : "unix";
}

function bearerOf(request: HttpRequest): string {
  const [, token = ""] = /^Bearer +(\S+)$/i.exec(request.header("authorization") ?? "") ?? [];
  return token;
}

function cookie(request: HttpRequest, value: string, seconds: number): string {
  const age = `Max-Age=${seconds}`;
  // A proxy in front speaks https; then the browser must not send the session in the clear.
  const secure = request.header("origin")?.toLowerCase().startsWith("https:") ? "; Secure" : "";
  return `${cookieName(request)}=${value}; ${age}; Path=/; HttpOnly; SameSite=Strict${secure}`;
}

/** Browsers send a cookie to all ports of a host, where other servers may have their own. */
function cookieName({ localAddr }: HttpRequest): string {
  return localAddr.transport === "tcp" ? `sluice_admin_${localAddr.port}` : "sluice_admin";
}

function sessionsOf(request: HttpRequest): string[] {
  const name = cookieName(request);
  const pairs = (request.header("cookie") ?? "").split(/[;,] */).map((pair) => pair.split("="));
  return pairs.flatMap(([key, value]) => key?.trim() === name && value ? [value.trim()] : []);
}
