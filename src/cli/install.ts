/** `sluice install`, `uninstall` and `unit`: a server as a service of the machine. */
import { readVariable } from "../base/environment.ts";
import { formatAddress } from "../base/address.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { demand } from "../base/permissions.ts";
import { type Account, findAccount, NOBODY } from "../ops/install/account.ts";
import { carryOut, NO_RESCUE } from "../ops/install/carry_out.ts";
import { checkManager, checkService } from "../ops/install/check_service.ts";
import { describe } from "../ops/install/describe.ts";
import { MANAGERS, TRAITS } from "../ops/install/managers/registry.ts";
import { stateFolderOf } from "../ops/install/places.ts";
import { planInstall } from "../ops/install/plan_install.ts";
import { planUninstall } from "../ops/install/plan_uninstall.ts";
import { refuseTaken } from "../ops/install/reach.ts";
import { readRecord } from "../ops/install/record.ts";
import type { Service } from "../ops/install/service.ts";
import { type Step, stepText } from "../ops/install/steps.ts";
import { withinRoot } from "../ops/install/within_root.ts";
import {
  type InstallSettings,
  MANAGER_NAMES,
  type ManagerName,
  type UninstallSettings,
  type UnitSettings,
} from "../settings/install_options.ts";
import type { Loaded } from "../settings/load.ts";
import { print } from "./print.ts";

/** A service that is to be installed. */
interface Subject {
  readonly service: Service;
  readonly manager: ManagerName;
  readonly root: string;
  /** Whom it runs as; null for the user of this process. */
  readonly account: Account | null;
}

/**
 * Installs a server, or shows how.
 *
 * @returns The exit code.
 * @throws {ExitError} If it cannot work, or fails; nothing is left of it.
 */
export async function install(loaded: Loaded, own: InstallSettings): Promise<number> {
  const root = rootOf(own);
  demandRoot("install", own.name, root, own.dryRun);
  const record = await readRecord(root, own.name);
  const subject = await subjectOf(loaded, own, record?.manager ?? null);
  const { service, manager, account } = subject;
  if (record !== null && record.manager !== manager) {
    throw new ExitError(
      `Cannot install "${own.name}" for ${manager}: found it installed for ${record.manager}, ` +
        `expected sluice uninstall ${own.name} before`,
      EXIT.usage,
    );
  }
  checkManager(service, manager);
  if (root === "") refuseTaken(service, record?.addresses ?? []);
  const isOther = root === "" && account !== null && Deno.uid() === 0;
  await checkService(service, isOther ? account : null);
  const wish = { ...subject, service: withinRoot(service, root), owner: account, record };
  const { steps, rescue, isNeeded } = await planInstall({
    ...wish,
    owner: account === NOBODY ? null : account,
  });
  if (!isNeeded) return print(`"${own.name}" is installed for ${manager} already\n`);
  if (own.dryRun) return print(dryRunText(steps));
  await carryOut(steps, { root, say }, rescue);
  const where = service.addresses.map(formatAddress).join(", ");
  const update = record === null ? "Installed" : "Updated";
  return print(`${update} "${own.name}" for ${manager}: it serves on ${where}\n`);
}

/**
 * Removes what `install` has installed, or shows how.
 *
 * @returns The exit code.
 * @throws {ExitError} 66 if Sluice has installed no such service, 77 without permission.
 */
export async function uninstall(name: string, own: UninstallSettings): Promise<number> {
  const root = rootOf(own);
  demandRoot("uninstall", name, root, own.dryRun);
  const record = await readRecord(root, name);
  if (record === null) {
    throw new ExitError(
      `Cannot uninstall "${name}": Sluice has not installed a service of that name` +
        (root === "" ? "" : ` in "${root}"`),
      EXIT.noInput,
    );
  }
  const steps = await planUninstall(name, record, root, own.purge);
  if (own.dryRun) return print(dryRunText(steps));
  await carryOut(steps, { root, say }, NO_RESCUE);
  return print(`Uninstalled "${name}"\n`);
}

/**
 * Prints the files that `install` would write.
 *
 * @returns The exit code.
 * @throws {ExitError} If the manager cannot do what is wanted.
 */
export async function unit(loaded: Loaded, own: UnitSettings): Promise<number> {
  const manager = own.manager ?? await foundManager(rootOf(own)) ?? MANAGER_NAMES[0];
  const { service, root } = await subjectOf(loaded, { ...own, manager }, null);
  checkManager(service, manager);
  const within = withinRoot(service, root);
  const files = MANAGERS[manager].files(within);
  const links = Object.entries(MANAGERS[manager].links(within));
  const [file] = files;
  // Alone, it can go into a file or a pipe.
  if (files.length === 1 && file !== undefined && links.length === 0) return print(file.content);
  return print([
    ...files.map(({ path, content }) => `==> ${path} <==\n${content}\n`),
    ...links.map(([path, target]) => `==> ${path} -> ${target} <==\n`),
  ].join(""));
}

async function subjectOf(
  loaded: Loaded,
  own: UnitSettings,
  installed: ManagerName | null,
): Promise<Subject> {
  const root = rootOf(own);
  const manager = own.manager ?? installed ?? await findManager(root);
  const { makesFolders, isSlow } = TRAITS[manager];
  const account = own.runAs === null ? null : await findAccount(own.runAs, root);
  const service = describe(loaded, {
    name: own.name,
    user: own.runAs,
    isSocketActivated: own.socket,
    environment: {
      ...account === null ? {} : { HOME: account.home },
      ...makesFolders ? {} : { STATE_DIRECTORY: stateFolderOf(own.name) },
      ...given("DENO_DIR"),
    },
    folder: Deno.cwd(),
    // Its own parent is quicker.
    flags: isSlow && loaded.sources.respawn.from === "default" ? ["--respawn"] : [],
  });
  return { service, manager, root, account: account ?? (makesFolders ? NOBODY : null) };
}

/** A variable of the environment, if it is set. */
function given(name: string): Record<string, string> {
  const value = readVariable(name) ?? "";
  return value === "" ? {} : { [name]: value };
}

async function findManager(root: string): Promise<ManagerName> {
  const found = await foundManager(root);
  if (found !== null) return found;
  throw new ExitError(
    `Cannot find a service manager${root === "" ? "" : ` in "${root}"`}: expected one of ` +
      `${MANAGER_NAMES.join(", ")}, or its name by --manager`,
    EXIT.unavailable,
  );
}

async function foundManager(root: string): Promise<ManagerName | null> {
  for (const name of MANAGER_NAMES) if (await MANAGERS[name].isPresent(root)) return name;
  return null;
}

/** The root of the file system, without a slash at the end. */
function rootOf({ rootDir }: { readonly rootDir: string | null }): string {
  return (rootDir ?? "").replace(/\/+$/, "");
}

function demandRoot(verb: string, name: string, root: string, isDry: boolean): void {
  demand({ name: "write" }, `${verb} a service`);
  demand({ name: "run" }, `${verb} a service`);
  const uid = Deno.uid();
  if (root !== "" || isDry || uid === 0 || uid === null) return;
  throw new ExitError(
    `Cannot ${verb} "${name}": found the user ${uid}, expected root, such as by sudo; ` +
      "--dry-run shows what would be done",
    EXIT.noPermission,
  );
}

function dryRunText(steps: readonly Step[]): string {
  return steps.map((step) => {
    const text = `${stepText(step)}\n`;
    if (step.kind !== "file" || step.file.path.endsWith(".json")) return text;
    return text + step.file.content.replaceAll(/^(?=.)/gm, "    | ");
  }).join("");
}

function say(line: string): void {
  print(`${line}\n`);
}
