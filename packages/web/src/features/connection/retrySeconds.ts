/** Whole seconds from now until `retryAtMs`, never less than one: the next try is always still to come. */
export const retrySeconds = (retryAtMs: number, nowMs: number): number =>
  Math.max(1, Math.ceil((retryAtMs - nowMs) / 1000))
