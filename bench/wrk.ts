import { type Command, file } from "./commands.ts";
import type { Load } from "./load.ts";
import { runToEnd, type Target } from "./target.ts";

/** What wrk sends. */
export interface Work {
  readonly connections: number;
  /** Path of the request, from the slash on. */
  readonly path?: string;
  /** Requests that are sent at once; each connection waits for all their answers. */
  readonly pipelined?: number;
  /** Bytes of the body; it is a POST then. */
  readonly body?: number;
  /** Whether each request has a connection of its own. */
  readonly close?: boolean;
}

/** What wrk.lua says at the end. */
interface Report {
  readonly requests: number;
  /** Connections that could not be opened, or that broke. */
  readonly broken: number;
  /** Answers with a status of 400 and above. */
  readonly refused: number;
}

/** Requests of wrk, the load generator, from one thread; its slices are whole seconds. */
export function wrk(target: Target, work: Work): Load {
  return {
    target,
    run: async (duration) => {
      const { requests, broken, refused } = await run(commandFor(target.port, work, duration));
      if (broken > 0 || refused > 0 || requests === 0) {
        throw new Error(
          `Cannot load port ${target.port}: of ${requests} answers ${refused} were refusals, ${broken} connections broke`,
        );
      }
      return requests;
    },
    [Symbol.dispose]() {},
  };
}

async function run(command: Command): Promise<Report> {
  const { success, code, stdout } = await runToEnd(command);
  if (!success) throw new Error(`Cannot run ${command.join(" ")}: it ended with code ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "");
}

function commandFor(port: number, work: Work, duration: number): Command {
  const { connections, path = "/", pipelined = 1, body = 0, close = false } = work;
  return [
    "wrk",
    "--threads=1",
    `--connections=${connections}`,
    `--duration=${Math.ceil(duration / 1000)}s`,
    `--script=${file("./wrk.lua")}`,
    ...close ? ["--header=Connection: close"] : [],
    `http://127.0.0.1:${port}${path}`,
    "--",
    String(pipelined),
    String(body),
  ];
}
