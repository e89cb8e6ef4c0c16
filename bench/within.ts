/**
 * Waits for something, but not for ever.
 *
 * @param limit Milliseconds.
 * @param what What an error says has not ended.
 * @throws {Error} When the time is up; whoever calls ends what still runs.
 */
export async function within<T>(limit: number, what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const error = new Error(`No end of ${what} within ${limit / 1000} s`);
  const timer = setTimeout(() => late.reject(error), limit);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
