/** The tenancy of a lane that keeps its row. */
export const KEPT = { holds: () => true } as const;
