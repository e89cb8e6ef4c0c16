/** What is specific to a service manager. */
import type { Service, ServiceFile } from "../service.ts";

/** A program and its arguments. */
export type CommandWords = readonly [string, ...string[]];

/** A service manager. A manager is one file, and knows no other. */
export interface ServiceManager {
  /** As `--manager` names it. */
  readonly name: string;
  /** One line for `--help`, without a full stop. */
  readonly help: string;
  /**
   * Whether it manages the services of a machine.
   *
   * @param root The root of the machine's file system, without a slash at the end: "" for this machine's.
   */
  isPresent(root: string): Promise<boolean>;
  /** Every file of a service, in the order of their creation. */
  files(service: Service): readonly ServiceFile[];
  /** Links of a service, by their absolute paths: what each points to. */
  links(service: Service): Readonly<Record<string, string>>;
  /** What makes the manager notice the files, start the service, and start it at each boot. */
  enable(service: Service): readonly CommandWords[];
  /** What stops the service and makes the manager forget it, before its files are removed. */
  disable(service: Service): readonly CommandWords[];
  /** What makes the manager notice that the files are gone. */
  forget(service: Service): readonly CommandWords[];
  start(name: string): CommandWords;
  stop(name: string): CommandWords;
  restart(name: string): CommandWords;
  /** Shows its log; with `follow`, goes on with what comes. */
  logs(name: string, follow: boolean): CommandWords;
}
