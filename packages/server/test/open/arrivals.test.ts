import { describe, expect, it } from 'vitest'
import { makeArrivals } from '../../src/open/edge/arrivals.ts'

const setUp = () => {
  const arrivals = makeArrivals()
  const arrived: string[] = []
  const send = (letter: string): void => {
    arrivals.whenArrived(() => arrived.push(letter))
    arrivals.asked()
  }
  const leave = (): void => {
    arrivals.flushed()
    arrivals.written()
  }
  return { arrivals, arrived, send, leave }
}

describe('a letter has arrived', () => {
  it('with the pong to the ping behind it, each with its own', () => {
    const { arrivals, arrived, send, leave } = setUp()
    send('first')
    send('second')
    leave()
    expect(arrivals.answered()).toBe(true)
    expect(arrived).toEqual(['first'])
    expect(arrivals.answered()).toBe(true)
    expect(arrived).toEqual(['first', 'second'])
  })

  it('not with a pong that nobody asked for, nor with two to one ping', () => {
    const { arrivals, arrived, send, leave } = setUp()
    expect(arrivals.answered()).toBe(false)
    send('first')
    leave()
    expect([arrivals.answered(), arrivals.answered()]).toEqual([true, false])
    send('second')
    leave()
    expect(arrived).toEqual(['first'])
  })

  it('not before it has left, however early the pong comes', () => {
    const { arrivals, arrived, send, leave } = setUp()
    send('first')
    arrivals.flushed()
    send('second')
    expect([arrivals.answered(), arrivals.answered()]).toEqual([true, true])
    expect(arrived).toEqual([])
    arrivals.written()
    expect(arrived).toEqual(['first'])
    leave()
    expect(arrived).toEqual(['first', 'second'])
  })
})
