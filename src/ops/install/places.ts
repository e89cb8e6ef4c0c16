/** Where services keep what is theirs, if their manager has no folders for that: see hier(7). */

/** The folder of the log that the manager writes. */
export function logFolder(name: string): string {
  return `/var/log/${name}`;
}

/** The folder of what outlives the server. */
export function stateFolderOf(name: string): string {
  return `/var/lib/${name}`;
}

/** The file of a log that the manager writes as it comes. */
export function outputFile(name: string): string {
  return `${logFolder(name)}/output.log`;
}
