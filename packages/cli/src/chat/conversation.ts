import { type Client, type ClientState, deliveriesOf } from '@sotto/client'
import { whyOf } from './why.ts'
import { type Output, styled } from '../output.ts'
import { promptOf } from './prompt.ts'
import { makeReading } from './reading.ts'
import { makeRoomNews } from './roomNews.ts'
import { makeSaying } from './saying.ts'
import type { Screen } from './screen.ts'

export interface Conversation {
  /** Says a text; what becomes of it is shown. */
  say(text: string): Promise<void>
  /** Rejects when something that is to be shown cannot be written. */
  readonly broken: Promise<never>
  /** Resolves when nothing is on its way any more. */
  drained(): Promise<void>
  end(): void
}

/**
 * Shows a room as it is and as it goes on, each item once: those of others in the order of the log, own ones as soon as
 * they are acknowledged.
 */
export const openConversation = async (
  client: Client,
  room: string,
  screen: Screen,
  output: Output,
): Promise<Conversation> => {
  const deliveries = await deliveriesOf(client, room)
  const remark = (text: string): void => {
    if (output.format === 'human') void screen.show(styled('yellow', text))
  }
  const showPrompt = (state: ClientState): void => screen.setPrompt(promptOf(state, room, saying.underWay()))
  const saying = makeSaying(deliveries, { remark, onChange: () => showPrompt(client.state()) })
  const reading = makeReading({ client, room, screen, output }, (error) => remark(whyOf(error)))
  const tellState = makeRoomNews(output, remark)

  const follow = (state: ClientState): void => {
    const view = state.rooms.find(({ id }) => id === room)
    if (view && view.state.kind !== 'behind') tellState(view)
    showPrompt(state)
  }
  const unsubscribe = client.subscribe((event) => {
    switch (event.kind) {
      case 'state':
        return follow(event.state)
      case 'timeline':
        if (event.room === room) reading.goOn()
        return
      case 'changed':
        if (event.room === room) reading.changed(event.items)
        return
      case 'discarded':
    }
  })
  await reading.begin()
  follow(client.state())

  return {
    broken: reading.broken,
    say: saying.say,
    drained: async () => {
      await saying.drained()
      await reading.rested()
    },
    end: () => {
      unsubscribe()
      saying.end()
    },
  }
}
