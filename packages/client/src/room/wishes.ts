/** Things that any member may do, each after a while of chance: one of them is enough, and the others see it done. */
export interface Wishes {
  /** Whether it is time; the first question begins the waiting, and one that is answered with yes ends it. */
  isDue(id: string): boolean
}

interface Deps {
  /** Runs the task after a moment of chance. */
  later(task: () => void): void
  proceed(): void
}

export const makeWishes = ({ later, proceed }: Deps): Wishes => {
  const wishes = new Map<string, 'waiting' | 'due'>()
  return {
    isDue: (id) => {
      const wish = wishes.get(id)
      if (wish === 'due') return wishes.delete(id)
      if (!wish) {
        wishes.set(id, 'waiting')
        later(() => {
          wishes.set(id, 'due')
          proceed()
        })
      }
      return false
    },
  }
}
