/** Writes a line to standard error about the log itself, which the log cannot carry. */
export async function report(message: string): Promise<void> {
  try {
    await Deno.stderr.write(new TextEncoder().encode(`${message}\n`));
  } catch {
    // Nobody can be told.
  }
}
