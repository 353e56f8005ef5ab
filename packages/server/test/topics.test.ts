import { expect, test } from 'vitest'
import { processBus } from '../src/bus/processBus.ts'
import { makeTopics } from '../src/live/topics.ts'
import type { BusEvent } from '../src/bus/bus.ts'

const event: BusEvent = { kind: 'session_ended', tokenHash: new Uint8Array(1) }

const listening = () => {
  const bus = processBus()
  const heard: BusEvent[] = []
  const topics = makeTopics(bus, (one) => heard.push(one))
  return { topics, heardOf: (topic: string) => (bus.publish(topic, event), heard.splice(0).length) }
}

test('a socket listens to a topic once, however often it is told to', () => {
  const { topics, heardOf } = listening()
  topics.add('a')
  topics.add('a')
  expect(heardOf('a')).toBe(1)
  topics.drop('a')
  expect(heardOf('a')).toBe(0)
})

test('a socket that has gone while it was greeted listens to nothing, whatever the greeting adds behind it', () => {
  const { topics, heardOf } = listening()
  topics.add('a')
  topics.end()
  topics.add('b')
  expect([heardOf('a'), heardOf('b')]).toEqual([0, 0])
})
