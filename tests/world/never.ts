/** What comes of work whose device or server is gone. Each has its own: one for all would hold every world that waited for it. */
export const never = (): Promise<never> => new Promise(() => {})
