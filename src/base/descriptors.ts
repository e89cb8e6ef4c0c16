/** Descriptors that loading a module may take at a time: its file, its package's, and one to look at the stack. */
const SPARE = 8;

/**
 * Whether a module can be loaded now. Without a free file descriptor, loading one for the
 * first time can end the whole process: the runtime panics if it cannot read
 * /proc/self/maps. True if it cannot be told.
 */
export function canLoadModules(): boolean {
  const files: Deno.FsFile[] = [];
  try {
    while (files.length < SPARE) files.push(Deno.openSync("/dev/null"));
    return true;
  } catch (error) {
    return error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.NotFound;
  } finally {
    for (const file of files) file.close();
  }
}
