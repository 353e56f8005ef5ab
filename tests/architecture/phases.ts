import { type EventKind, type PhaseKind, phaseTable } from '../../packages/client/src/room/phase.ts'

/** The phases of a room in the order of its life, and what each of them is. */
const phases: Readonly<Record<PhaseKind, string>> = {
  absent: 'not there; only the place in the log is kept',
  creating: 'made here, not confirmed by the server',
  invited: 'a Welcome waits for the user',
  active: 'read and written',
  repairing: 'the keys are lost; the log is followed until this device is in again',
  frozen: 'stopped, with what it was before',
  leaving: 'left by the user; the removal is asked for',
  parting: 'the same, and nothing of the room is kept',
  left: 'over: left by the user',
  removed: 'over: taken out by others',
  refounded: 'over: continued by another room',
}

interface Arrow {
  readonly event: EventKind
  readonly to: readonly PhaseKind[]
}

const events = Object.keys(phaseTable) as readonly EventKind[]

/** Where the events lead from a phase, in the order of the table. */
export const arrowsFrom = (phase: PhaseKind): readonly Arrow[] =>
  events.flatMap((event) => {
    const cell = phaseTable[event][phase]
    return typeof cell === 'string' ? [] : [{ event, to: cell.to }]
  })

const arrowText = ({ event, to }: Arrow, from: PhaseKind): string => {
  const others = to.filter((phase) => phase !== from)
  return others.length > 0 ? `${event} → ${others.join(' / ')}` : event
}

export const begins =
  '<!-- phases: made from packages/client/src/room/phase.ts by `node tests/architecture/drawPhases.ts` -->'
export const ends = '<!-- end of phases -->'

/** The table for people: an event without an arrow changes what is known of the phase, and not the phase. */
export const phasesDrawn = (): string =>
  [
    '| phase | what it is | what happens → phase |',
    '| --- | --- | --- |',
    ...(Object.keys(phases) as PhaseKind[]).map((phase) => {
      const arrows = arrowsFrom(phase).map((arrow) => arrowText(arrow, phase))
      return `| **${phase}** | ${phases[phase]} | ${arrows.join('; ')} |`
    }),
  ].join('\n')

/** A page with the drawing in its place. @throws Error where the page has no place for it */
export const withPhases = (page: string): string => {
  const [before, rest] = [page.indexOf(begins), page.indexOf(ends)]
  if (before < 0 || rest < before) throw new Error('the page has no place for the phases')
  return `${page.slice(0, before)}${begins}\n\n${phasesDrawn()}\n\n${page.slice(rest)}`
}
