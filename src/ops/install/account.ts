/** Users of a machine, or of an image. */
import { EXIT, ExitError } from "../../base/exit.ts";
import type { Owner } from "./steps.ts";

/** A user. */
export interface Account extends Owner {
  readonly home: string;
}

/** Whom systemd's own user is as good as, when it comes to what may be read: passwd(5). */
export const NOBODY: Account = { uid: 65_534, gid: 65_534, home: "/nonexistent" };

/**
 * Looks up a user.
 *
 * @param root The root of the file system, without a slash at the end: "" for this machine's, which
 * may have users that are not in its files.
 * @throws {ExitError} 78 if there is none.
 */
export async function findAccount(name: string, root: string): Promise<Account> {
  const found = await inFile(name, root) ?? (root === "" ? await bySystem(name) : null);
  if (found !== null) return found;
  throw new ExitError(
    `Cannot run as "${name}": found no such user in "${root}/etc/passwd", expected one to be ` +
      "there already, such as by useradd --system",
    EXIT.config,
  );
}

async function inFile(name: string, root: string): Promise<Account | null> {
  const text = await Deno.readTextFile(`${root}/etc/passwd`).catch(() => "");
  for (const line of text.split("\n")) {
    const [user, , uid, gid, , home = "/"] = line.split(":");
    if (user === name) return { uid: Number(uid), gid: Number(gid), home };
  }
  return null;
}

/** Asks the system, whose users may be in a directory of the network. */
async function bySystem(name: string): Promise<Account | null> {
  const script = 'id -u "$1" && id -g "$1" && eval "printf %s ~$1"';
  // The name is that of an option, and holds nothing that a shell would expand.
  const { success, stdout } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", name],
    stdin: "null",
    stderr: "null",
  }).output();
  if (!success) return null;
  const [uid, gid, home = "/"] = new TextDecoder().decode(stdout).split("\n");
  return { uid: Number(uid), gid: Number(gid), home };
}
