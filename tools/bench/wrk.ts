import { delay } from "@std/async/delay";
import { cpuOfReaped } from "../../src/bench/processes.ts";
import type { Load } from "./pairs.ts";

/** What wrk sends. */
interface Work {
  readonly connections: number;
  /** The path of the URL, such as `/`. */
  readonly path?: string;
  /** Requests sent at once, before waiting for all their responses. */
  readonly pipelined?: number;
  /** Bytes of the body; makes it a POST. */
  readonly body?: number;
  /** Whether each request opens a connection of its own. */
  readonly close?: boolean;
}

/** Time for the server to finish its work after a slice, in milliseconds. */
const SETTLE_MS = 20;
const SCRIPT = new URL("wrk.lua", import.meta.url).pathname;

/** A load by wrk, from one thread; its slices are whole seconds. */
export function wrk(work: Work): Load {
  return async (server, duration) => {
    const [cpu, client] = [server.cpu(), cpuOfReaped()];
    const args = argumentsOf(work, server.port, duration);
    const { code, stdout } = await new Deno.Command("wrk", { args, stdin: "null" }).output();
    const text = new TextDecoder().decode(stdout).trim();
    if (code !== 0) throw new Error(`wrk ${args.join(" ")} exited with ${code}: ${text}`);
    const { seconds, requests, broken, refused } = JSON.parse(text.split("\n").at(-1) ?? "");
    if (broken > 0 || refused > 0 || requests === 0) {
      throw new Error(
        `Cannot load port ${server.port}: ${refused} of ${requests} responses were errors, ` +
          `and ${broken} connections failed`,
      );
    }
    await delay(SETTLE_MS);
    const busy = (cpuOfReaped() - client) / 1e6 / seconds;
    return { units: requests, seconds, cpu: server.cpu() - cpu, client: busy };
  };
}

function argumentsOf(
  { connections, path = "/", pipelined = 1, body = 0, close = false }: Work,
  port: number,
  duration: number,
): string[] {
  const limits = [`--connections=${connections}`, `--duration=${Math.ceil(duration / 1000)}s`];
  const header = close ? ["--header=Connection: close"] : [];
  const url = `http://127.0.0.1:${port}${path}`;
  const options = ["--threads=1", ...limits, `--script=${SCRIPT}`, ...header];
  return [...options, url, "--", String(pipelined), String(body)];
}
