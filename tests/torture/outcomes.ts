/** The outcomes that many deeds share. */
import type { Answer, Outcome, Place } from "./case.ts";

/** An answer in HTTP, and one in the other shapes. */
type Answers = Outcome["answer"];
type ByPlace = Readonly<Record<Place, Outcome>>;

/** Why a request fails whose response cannot be sent. */
export const NO_RESPONSE = "the handler returned no valid response";

/** Nothing is wrong for the client, nor for the log. */
export function fine(answer: Answers): Outcome {
  return { answer, records: [], next: "same" };
}

/** The request, or the connection, fails with an error. */
export function fails(error: string): Outcome {
  return {
    answer: { http: "500", other: "closed" },
    records: {
      http: [`Request failed: the handler threw <- ${error}`],
      other: [`Connection failed: the service threw <- ${error}`],
    },
    next: "same",
  };
}

/** What the handler returned cannot be sent. */
export function refuses(error: string): Outcome {
  return {
    answer: { http: "500", other: "closed" },
    records: {
      http: [`Request failed: ${NO_RESPONSE} <- ${error}`],
      other: [`Connection failed: the service threw <- ${error}`],
    },
    next: "same",
  };
}

/** What was thrown is no error; its text is logged. */
export function failsWith(text: string): Outcome {
  return {
    answer: { http: "500", other: "closed" },
    records: {
      http: [`Request failed: the handler threw <- ${text}`],
      other: [`Connection failed: the service threw <- Error: ${text}`],
    },
    next: "same",
  };
}

/** The response has begun, and its connection ends with it. */
export function cutOff(answer: Answer, error: string, why = "the handler threw"): Outcome {
  return {
    answer,
    records: [
      `Request failed: ${why} <- ${error}`,
      "Connection failed: the service threw",
    ],
    next: "same",
  };
}

/** The handler takes longer than `--request-timeout`. */
export const TIMES_OUT: Outcome = fine('503 "Service Unavailable: the handler took longer than...');

/** An error that belongs to no connection: it ends a worker, but not a server of one. */
export function stray(answer: Answers, error: string): ByPlace {
  const isError = /^\w*Error: /.test(error);
  const orClosed = (one: Answer) => one === "closed" ? one : `${one} or closed`;
  // The crash and the answer race.
  const lost = typeof answer === "string"
    ? orClosed(answer)
    : { http: orClosed(answer.http), other: orClosed(answer.other) };
  const crashed: Outcome = {
    answer: lost,
    records: [`Worker crashed <- ${isError ? error : `Error: ${error}`}`],
    next: "new",
  };
  return {
    main: {
      answer,
      records: [`Uncaught error outside of any connection <- ${error}`],
      next: "same",
    },
    thread: crashed,
    process: crashed,
  };
}

/** Only another worker, or none, can go on: the built-ins of this one are broken. */
export const BROKEN: Outcome = { answer: "", records: [], next: "broken" };

/** The handler blocks its event loop for good; the client may have got its answer before. */
export function blocks(answer: Answer): ByPlace {
  const records = ["Worker hung: starting a replacement"];
  return {
    main: { answer, records: [], next: "stuck" },
    thread: { answer, records, next: "new" },
    process: { answer: answer === "silence" ? "closed" : answer, records, next: "new" },
  };
}

/** The handler ends its process with an exit code or a signal. */
export function ends(how: number | Deno.Signal, answer: Answer = "closed"): ByPlace {
  const end: Outcome = { answer, records: [], next: how };
  return {
    main: end,
    thread: end,
    process: { answer, records: ["Worker crashed <- Error: Process"], next: "new" },
  };
}
