import { EXIT, ExitError } from "../base/exit.ts";
import { quote } from "../settings/found.ts";
import type { Settings } from "../settings/options.ts";

/**
 * Checks that the files that list backends can be used now. While the server runs, one that is
 * wrong is reported, and changes nothing.
 *
 * @throws {ExitError} 66 if there is no such file, 77 if it may not be read, 78 if it is wrong.
 */
export async function validateUpstreams({ upstreams, protocol }: Settings): Promise<void> {
  const files = new Set(upstreams.flatMap(({ file }) => file ?? []));
  if (files.size === 0) return;
  const { readMembers } = await import("../upstream/discovery/member_file.ts");
  for (const file of files) {
    const members = await readMembers(file);
    if (protocol === "http" || !members.some(({ isHttp }) => isHttp)) continue;
    throw new ExitError(
      `Cannot use the upstream file ${quote(file)}: it has backends with http://, expected ` +
        "--protocol http",
      EXIT.config,
    );
  }
}
