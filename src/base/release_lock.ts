/**
 * Gives a file's lock back, and closes the file; does nothing for null. Closing alone would not do: until a child process
 * that is just being started runs its program, it has the file as well, and with it the lock.
 */
export function releaseLock(file: Deno.FsFile | null): void {
  if (file === null) return;
  try {
    file.unlockSync();
  } catch { // This file system has no locks.
  }
  file.close();
}
