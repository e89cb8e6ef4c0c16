import { ChildProcess, programArguments } from "../base/child_process.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";
import type { Place } from "./handle.ts";
import { type FromLane, LANE_ARGUMENT, type ToLane } from "./messages.ts";
import { RemoteLane, type Reports } from "./remote_lane.ts";

/** What a process needs from its parent. */
export interface ProcessTools extends Reports {
  readonly scoreboard: Scoreboard;
}

/** How long a process may take to exit once its lane has stopped, in milliseconds. */
const EXIT_PATIENCE = 2000;

/** Runs each lane in a child process, which runs this same program. */
export function process(tools: ProcessTools): Place {
  const args = [...programArguments(), LANE_ARGUMENT];
  return (order) => {
    const child = new ChildProcess<ToLane, FromLane>(args, (message) => lane.receive(message));
    const channel = {
      pid: child.pid,
      send: (message: ToLane) => child.send(message),
      finish: () => child.finish(EXIT_PATIENCE),
      kill: () => child.kill(),
    };
    const lane = new RemoteLane(channel, tools.scoreboard.row(order.row), tools);
    child.status.then(async ({ code, signal }) => {
      await child.outputRead;
      const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
      lane.crash(new Error(`Process ${child.pid} ${how}`));
    });
    lane.start(order);
    return lane;
  };
}
