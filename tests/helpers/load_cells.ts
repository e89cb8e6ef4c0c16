/** Cells of the memory that a test and its load server share: what has come so far, and an order. */
export const CELL = { connections: 0, requests: 1, served: 2, released: 3 } as const;
