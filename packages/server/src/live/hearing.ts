import { type BusEvent, roomTopic } from '../bus/bus.ts'
import type { Line } from './line.ts'

const tell = (line: Line, event: BusEvent): void => {
  switch (event.kind) {
    case 'appended':
    case 'returned':
    case 'asked':
    case 'welcome':
    case 'chain_grew':
      return line.push(event)
    case 'joined':
      return line.topics.add(roomTopic(event.room))
    case 'left':
      return line.topics.drop(roomTopic(event.room))
    case 'handed_out':
      return
    case 'session_ended':
      return line.close('session')
  }
}

/** What happens on the server that this socket listens to. */
export const hear = (line: Line, event: BusEvent): void => {
  const { phase } = line
  switch (phase.kind) {
    case 'greeting':
      if (!phase.early.note(event)) line.close('restart')
      return
    case 'live':
      return tell(line, event)
    case 'new':
    case 'closed':
  }
}
