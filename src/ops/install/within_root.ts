import type { Service } from "./service.ts";

/**
 * A service as it is once the root is that of a machine: without the root at the beginning of
 * paths, which the settings have with it, since there they were checked.
 *
 * @param root Without a slash at the end: "" changes nothing.
 */
export function withinRoot(service: Service, root: string): Service {
  if (root === "") return service;
  const cut = (path: string) => path.startsWith(`${root}/`) ? path.slice(root.length) : path;
  const cutWord = (word: string) =>
    word.replace(/^(--[\w-]+=(?:unix:)?)?(.*)$/s, (
      _all,
      flag: string | undefined,
      value: string,
    ) => `${flag ?? ""}${cut(value)}`);
  const [program, ...args] = service.command;
  return {
    ...service,
    about: service.about.replaceAll(`${root}/`, "/"),
    command: [cut(program), ...args.map(cutWord)],
    workingDirectory: service.workingDirectory === root ? "/" : cut(service.workingDirectory),
    addresses: service.addresses.map((address) =>
      address.transport === "unix" ? { ...address, path: cut(address.path) } : address
    ),
    reads: service.reads.map(cut),
    writes: service.writes.map(cut),
  };
}
