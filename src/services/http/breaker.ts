import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  isBrokenCircuitError,
} from "cockatiel";
import { every } from "../../base/timers.ts";
import { HttpError } from "../../http/error.ts";

/** When a service counts as failing, and for how long. */
export interface BreakerOptions {
  /** Failures in a row that open the circuit. */
  readonly failures: number;
  /** Milliseconds after which a request may try the service again. */
  readonly openFor: number;
  /** Milliseconds that the service has for an answer. */
  readonly deadline: number;
  /** Told when the circuit opens, with the failure that opened it, and when it closes again (null). */
  readonly onChange: (failure: unknown) => void;
}

/** What is called; the signal aborts when nobody waits for the answer any more. */
export type Call<T> = (signal: AbortSignal) => T | Promise<T>;

/**
 * A circuit breaker around a service. After some failures in a row its circuit
 * opens: the service is not called, which spares the clients the wait, and the
 * service the load. Then one request tries it, and the circuit closes if that
 * succeeds. Each lane has its own.
 */
export class Breaker {
  readonly #name: string;
  readonly #options: BreakerOptions;
  readonly #policy: CircuitBreakerPolicy;
  readonly #refusal: readonly [string, string];

  /** @param name Of the service, for the answers. */
  constructor(name: string, options: BreakerOptions) {
    const { failures, openFor, onChange } = options;
    this.#name = name;
    this.#options = options;
    this.#refusal = ["Retry-After", String(Math.ceil(openFor / 1000))];
    this.#policy = circuitBreaker(handleAll, {
      halfOpenAfter: openFor,
      breaker: new ConsecutiveBreaker(failures),
    });
    this.#policy.onBreak((reason) => onChange("error" in reason ? reason.error : null));
    this.#policy.onReset(() => onChange(null));
  }

  /**
   * Calls the service.
   *
   * @throws {HttpError} 503 with Retry-After if the service throws, or is not
   * called because the circuit is open; 504 if it has not answered in time.
   */
  async call<T>(act: Call<T>): Promise<T> {
    // The library would let the others wait for the one that tries the service.
    if (this.#policy.state === CircuitState.HalfOpen) throw this.#refuse();
    try {
      return await this.#policy.execute(() => this.#inTime(act));
    } catch (error) {
      if (error instanceof HttpError) throw error;
      if (isBrokenCircuitError(error)) throw this.#refuse();
      throw new HttpError(503, `${this.#name} failed`, [["Retry-After", "1"]]);
    }
  }

  #refuse(): HttpError {
    return new HttpError(503, `${this.#name} is failing, and not called for a while`, [
      this.#refusal,
    ]);
  }

  async #inTime<T>(act: Call<T>): Promise<T> {
    const { deadline } = this.#options;
    const giveUp = new AbortController();
    const answer = act(giveUp.signal);
    // A timer only where there is something to wait for.
    if (!(answer instanceof Promise)) return answer;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const stop = every(deadline, () => {
      reject(new HttpError(504, `${this.#name} has not answered within ${deadline} ms`));
      giveUp.abort();
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      stop();
    }
  }
}
