/** Plans an installation: looks at what is there, and changes nothing. */
import { formatAddress } from "../../base/address.ts";
import { exists } from "../../base/exists.ts";
import { EXIT, ExitError } from "../../base/exit.ts";
import type { ManagerName } from "../../settings/install_options.ts";
import { folderOf } from "../../settings/paths.ts";
import type { CommandWords } from "./managers/manager.ts";
import { MANAGERS, TRAITS } from "./managers/registry.ts";
import { logFolder, stateFolderOf } from "./places.ts";
import type { Rescue } from "./carry_out.ts";
import { claimedFolders, type InstallRecord, recordPath, recordText } from "./record.ts";
import { keepStep, readIfThere, removal } from "./removal.ts";
import type { Service, ServiceFile } from "./service.ts";
import type { Owner, Step } from "./steps.ts";

/** What is to be installed, and where. */
export interface Wish {
  readonly service: Service;
  readonly manager: ManagerName;
  /** The root of the file system, without a slash at the end: "" for this machine's. */
  readonly root: string;
  /** Who is to own the folder of the state; null for root. */
  readonly owner: Owner | null;
  /** The record of what is installed; null for nothing. */
  readonly record: InstallRecord | null;
}

/** What is to be done, and what to do if it fails. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly rescue: Rescue;
  /** Whether it changes anything. */
  readonly isNeeded: boolean;
}

/**
 * Plans an installation, or its update.
 *
 * @throws {ExitError} 73 if there is a service of that name which Sluice has not installed; 77 if
 * what is there cannot be read.
 */
export async function planInstall(wish: Wish): Promise<Plan> {
  const { service, root, record } = wish;
  const manager = MANAGERS[wish.manager];
  const files = manager.files(service);
  const links = manager.links(service);
  const paths = [...files.map(({ path }) => path), ...Object.keys(links)];
  await refuseOthers(wish, paths);
  const folders = await missingFolders(wish, paths);
  const data = await missingData(wish);
  const next = await nextRecord(wish, folders, data);
  const changes = [
    ...await obsolete(root, record, next),
    ...(await Promise.all(files.map((file) => fileSteps(root, record, file)))).flat(),
    ...(await Promise.all(
      Object.entries(links).map(([path, target]) => linkSteps(root, path, target)),
    )).flat(),
  ];
  const isUpdate = record?.isComplete === true;
  const all = isUpdate ? updateCommands(wish) : manager.enable(service);
  const commands = root === "" ? all : [];
  const path = recordPath(service.name);
  const before: ServiceFile = { path, mode: 0o644, content: recordText(next) };
  const after = { ...before, content: recordText({ ...next, isComplete: true }) };
  const isForRecord = (folder: string) => path.startsWith(`${folder}/`);
  return {
    isNeeded: changes.length > 0 || !isUpdate,
    rescue: {
      logs: manager.logs(service.name, false),
      before: isUpdate ? [] : manager.disable(service),
      data: isUpdate ? [] : next.data,
      after: isUpdate ? commands : manager.forget(service),
    },
    steps: [
      ...folders.filter(isForRecord).map(folderStep),
      // First, so that all can be removed, whatever happens.
      { kind: "file", file: before, isNew: record === null },
      ...folders.filter((folder) => !isForRecord(folder)).map(folderStep),
      ...data.filter(({ isMissing }) => isMissing).map(({ path, owner }): Step => (
        { kind: "folder", path, owner }
      )),
      ...changes,
      ...commands.map((command): Step => ({ kind: "run", command, mayFail: false })),
      ...root === "" && !TRAITS[wish.manager].waits ? awaitSteps(service) : [],
      { kind: "file", file: after, isNew: false },
    ],
  };
}

function awaitSteps({ addresses, startTimeout }: Service): Step[] {
  // Nobody knows ahead which port stands for 0.
  const known = addresses.filter((one) => one.transport === "unix" || one.port > 0);
  return known.length === 0 ? [] : [{ kind: "await", addresses: known, limit: startTimeout }];
}

function updateCommands({ service, manager }: Wish): readonly CommandWords[] {
  const { enable, disable, restart } = MANAGERS[manager];
  const { update } = TRAITS[manager];
  return [
    ...update === "renew" ? disable(service) : [],
    ...enable(service),
    ...update === "restart" ? [restart(service.name)] : [],
  ];
}

async function nextRecord(
  { service, root, manager, record }: Wish,
  folders: readonly string[],
  data: readonly Data[],
): Promise<InstallRecord> {
  const { files, links, disable, forget } = MANAGERS[manager];
  const paths = [
    ...[...data, ...files(service)].map(({ path }) => path),
    ...[recordPath(service.name), ...Object.keys(links(service))],
  ];
  // Another service's installation made them; whichever is removed last takes them with it.
  const shared = (await claimedFolders(root)).filter((folder) =>
    paths.some((path) => path.startsWith(`${folder}/`))
  );
  return {
    manager,
    isComplete: false,
    files: [...files(service)],
    links: { ...links(service) },
    folders: [...new Set([...record?.folders ?? [], ...shared, ...folders])]
      .sort((a, b) => a.length - b.length),
    data: [
      ...new Set([
        ...record?.data ?? [],
        ...data.filter(({ isNew }) => isNew).map(({ path }) => path),
      ]),
    ],
    disable: disable(service).map((words) => [...words]),
    forget: forget(service).map((words) => [...words]),
    addresses: service.addresses.map(formatAddress),
    command: [...service.command],
  };
}

/** What is where, before anything is written. */
async function refuseOthers(wish: Wish, paths: readonly string[]): Promise<void> {
  const { service: { name }, root, record, manager } = wish;
  const own = new Set([
    ...record?.files.map(({ path }) => path) ?? [],
    ...Object.keys(record?.links ?? {}),
  ]);
  for (const path of [...paths, ...TRAITS[manager].rivals(name)]) {
    if (own.has(path) || !await exists(`${root}${path}`)) continue;
    throw new ExitError(
      `Cannot install "${name}": found "${root}${path}", which Sluice has not installed, ` +
        "expected another --name",
      EXIT.cannotCreate,
    );
  }
}

/** The folders that are missing, outer ones first. */
async function missingFolders(
  { service: { name }, root, manager }: Wish,
  paths: readonly string[],
): Promise<string[]> {
  const own = TRAITS[manager].makesFolders
    ? []
    : [`${logFolder(name)}/x`, `${stateFolderOf(name)}/x`];
  // The innermost folders of logs and of state are data, not folders of the service.
  const kept = new Set(own.map(folderOf));
  const missing = new Set<string>();
  for (const path of [recordPath(name), ...own, ...paths]) {
    for (let folder = folderOf(path); folder !== "/"; folder = folderOf(folder)) {
      if (!kept.has(folder) && !await exists(`${root}${folder}`)) missing.add(folder);
    }
  }
  return [...missing].sort((a, b) => a.length - b.length);
}

/** A folder of logs or state. */
interface Data {
  readonly path: string;
  readonly owner: Owner | null;
  /** Whether it is to be made. */
  readonly isMissing: boolean;
  /** Whether nobody else's can be in it. */
  readonly isNew: boolean;
}

async function missingData({ service: { name }, root, manager, owner }: Wish): Promise<Data[]> {
  const { makesFolders } = TRAITS[manager];
  const folders = makesFolders
    // With DynamicUser=, the folders themselves are in private/: systemd.exec(5).
    ? ["log", "lib", "cache"].flatMap((kind) => [
      { path: `/var/${kind}/private/${name}`, owner: null },
      { path: `/var/${kind}/${name}`, owner: null },
    ])
    // Root writes the log there, so that only root may say what is in it.
    : [{ path: logFolder(name), owner: null }, { path: stateFolderOf(name), owner }];
  return await Promise.all(folders.map(async ({ path, owner }) => {
    const isNew = !await exists(`${root}${path}`);
    return { path, owner, isNew, isMissing: isNew && !makesFolders };
  }));
}

function folderStep(path: string): Step {
  return { kind: "folder", path, owner: null };
}

/** Removes what an earlier installation had, and this one has not. */
async function obsolete(
  root: string,
  record: InstallRecord | null,
  next: InstallRecord,
): Promise<Step[]> {
  if (record === null) return [];
  const kept = new Set([...next.files.map(({ path }) => path), ...Object.keys(next.links)]);
  const { files, links } = record;
  return await removal(
    root,
    files.filter(({ path }) => !kept.has(path)),
    Object.keys(links).filter((path) => !kept.has(path)),
  );
}

async function fileSteps(
  root: string,
  record: InstallRecord | null,
  file: ServiceFile,
): Promise<Step[]> {
  const found = await readIfThere(`${root}${file.path}`);
  if (found === file.content) return [];
  const before = record?.files.find(({ path }) => path === file.path);
  const isEdited = found !== null && before !== undefined && found !== before.content;
  return [
    ...isEdited ? [keepStep(file.path)] : [],
    { kind: "file", file, isNew: found === null },
  ];
}

async function linkSteps(root: string, path: string, target: string): Promise<Step[]> {
  const found = await Deno.readLink(`${root}${path}`).catch(() => null);
  if (found === target) return [];
  const isThere = await exists(`${root}${path}`);
  return [...isThere ? [{ kind: "remove", path } as const] : [], { kind: "link", path, target }];
}
