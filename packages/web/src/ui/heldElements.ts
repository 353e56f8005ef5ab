/**
 * Elements that React holds and somebody else has removed. Nothing fails when an element goes; it only never comes back.
 */

/** What is read of a fiber, React's own note about a component or an element. */
interface Fiber {
  readonly return: Fiber | null
  readonly stateNode: unknown
}

const fiberOf = (node: Node): Fiber | undefined => {
  const key = Object.keys(node).find((name) => name.startsWith('__reactFiber$'))
  return key === undefined ? undefined : (Reflect.get(node, key) as Fiber)
}

/** The first element of React's in what was removed, which may stand in an element that is not. */
const heldIn = (removed: Element): Fiber | undefined => {
  for (const element of [removed, ...removed.querySelectorAll('*')]) {
    const fiber = fiberOf(element)
    if (fiber !== undefined) return fiber
  }
  return undefined
}

/** What a component or element is part of, from within, as far as React holds it: what it removed itself ends early. */
const around = (fiber: Fiber): readonly Fiber[] =>
  fiber.return === null ? [fiber] : [fiber, ...around(fiber.return)]

/**
 * Tells, for each element that is in `place` no more although React holds it, what components and elements it is part
 * of, from within. React ends that chain at what it removes, before anybody can look; of a React that keeps no such
 * notes, nothing is told.
 *
 * @returns ends it
 */
export const watchHeldElements = (
  place: Element,
  onLost: (parts: readonly unknown[]) => void,
): (() => void) => {
  const isRoot = ({ stateNode }: Fiber): boolean =>
    typeof stateNode === 'object' &&
    stateNode !== null &&
    'containerInfo' in stateNode &&
    stateNode.containerInfo === place
  const observer = new MutationObserver((records) => {
    for (const { removedNodes } of records)
      for (const removed of removedNodes) {
        if (!(removed instanceof Element) || place.contains(removed)) continue
        const fiber = heldIn(removed)
        if (fiber === undefined) continue
        const chain = around(fiber)
        const last = chain.at(-1)
        if (last !== undefined && isRoot(last)) onLost(chain.map(({ stateNode }) => stateNode))
      }
  })
  observer.observe(place, { childList: true, subtree: true })
  return () => observer.disconnect()
}
