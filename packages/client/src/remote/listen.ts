import { type Heard, hearServed } from './envelope.ts'
import type { Channel, Reply } from './messages.ts'

/** What is done about what the serving side says, by the version in which it says it. */
export interface ServedListener {
  message(reply: Reply): void
  /** It would be misread here, and what is said here there. */
  newer(): void
  older(isUnversioned: boolean): void
}

const dispatch = (heard: Heard<Reply>, listener: ServedListener): void => {
  switch (heard.kind) {
    case 'message':
      return listener.message(heard.message)
    case 'newer':
      return listener.newer()
    case 'older':
    case 'unversioned':
      return listener.older(heard.kind === 'unversioned')
    case 'none':
  }
}

/** @returns a function that ends listening */
export const listenServed = (channel: Channel, listener: ServedListener): (() => void) =>
  channel.listen((message) => dispatch(hearServed(message), listener))
