/** Reports a failure of the log itself, as a line on standard error. */
export async function report(message: string): Promise<void> {
  try {
    await Deno.stderr.write(new TextEncoder().encode(`${message}\n`));
  } catch {
    // There is nowhere left to report it.
  }
}
