import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  isBrokenCircuitError,
} from "cockatiel";
import { laterAfterInput } from "../../base/timers.ts";
import { HttpError } from "../../http/error.ts";

/** When the circuit opens, and for how long. */
export interface BreakerOptions {
  /** Failures in a row that open the circuit. */
  readonly failures: number;
  /** How long the circuit stays open before a request may try the service again, in milliseconds. */
  readonly openFor: number;
  /** How long the service may take to respond, in milliseconds. */
  readonly deadline: number;
  /** Called with the last failure when the circuit opens, and with null when it closes. */
  readonly onChange: (failure: unknown) => void;
}

/** A call to the service; the signal aborts when nobody waits for the result any longer. */
export type Call<T> = (signal: AbortSignal) => T | Promise<T>;

/**
 * A circuit breaker around a service. After several failures in a row the circuit
 * opens: the service is not called, which spares clients the wait and the service
 * the load. After a while one request tries it, and the circuit closes if that
 * succeeds. Each lane has its own breakers.
 */
export class Breaker {
  readonly #name: string;
  readonly #options: BreakerOptions;
  readonly #policy: CircuitBreakerPolicy;
  readonly #refusal: readonly [string, string];

  /** @param name The name of the service, for its error responses. */
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
   * called because the circuit is open; 504 if it does not respond in time.
   */
  async call<T>(act: Call<T>): Promise<T> {
    // The library would make other requests wait for the trial request.
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
    return new HttpError(503, `${this.#name} is failing: calls are paused`, [
      this.#refusal,
    ]);
  }

  async #inTime<T>(act: Call<T>): Promise<T> {
    const { deadline } = this.#options;
    const giveUp = new AbortController();
    const answer = act(giveUp.signal);
    // Only a promise needs a timer.
    if (!(answer instanceof Promise)) return answer;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const stop = laterAfterInput(deadline, () => {
      reject(new HttpError(504, `${this.#name} did not respond within ${deadline} ms`));
      giveUp.abort();
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      stop();
    }
  }
}
