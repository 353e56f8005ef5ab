import { describe, expect, it } from 'vitest'
import { afterSilence } from '../src/ports/silence.ts'

/** A clock moved by hand. Work of this process takes time in which no timer fires; afterwards those due fire one by one. */
const bench = () => {
  let nowMs = 0
  let tasks: { readonly atMs: number; task(): void }[] = []
  const next = () => tasks.filter(({ atMs }) => atMs <= nowMs).toSorted((a, b) => a.atMs - b.atMs)[0]
  const fire = (): void => {
    for (let due = next(); due; due = next()) {
      const done = due
      tasks = tasks.filter((task) => task !== done)
      done.task()
    }
  }
  return {
    nowMs: () => nowMs,
    scheduler: {
      steadyMs: () => nowMs,
      after: (delayMs: number, task: () => void) => {
        const entry = { atMs: nowMs + delayMs, task }
        tasks.push(entry)
        return () => (tasks = tasks.filter((one) => one !== entry))
      },
    },
    pass: (ms: number) => {
      for (const untilMs = nowMs + ms; nowMs < untilMs;) {
        nowMs += 1
        fire()
      }
    },
    work: (ms: number) => {
      nowMs += ms
      fire()
    },
  }
}

describe('silence of the other side', () => {
  it('is over after its time, not before, and not when the waiting has ended', () => {
    const { scheduler, pass } = bench()
    let silent = 0
    afterSilence(scheduler, 1000, () => (silent += 1))
    afterSilence(scheduler, 1000, () => (silent += 100))()
    pass(990)
    expect(silent).toBe(0)
    pass(20)
    expect(silent).toBe(1)
    pass(5000)
    expect(silent).toBe(1)
  })

  it('is not what this process has been busy for, however long that is', () => {
    for (const workMs of [300, 1000, 13_600, 3_600_000])
      for (const beforeMs of [0, 100, 500, 900, 999]) {
        const { scheduler, pass, work } = bench()
        let isSilent = false
        const heard = afterSilence(scheduler, 1000, () => (isSilent = true))
        pass(beforeMs)
        work(workMs)
        expect(isSilent, `${workMs} ms of work after ${beforeMs}`).toBe(false)
        // What has come meanwhile is heard now.
        heard()
        pass(10_000)
        expect(isSilent).toBe(false)
      }
  })

  it('is over in any case at some time, however busy this process is', () => {
    const { scheduler, work } = bench()
    let isSilent = false
    afterSilence(scheduler, 1000, () => (isSilent = true))
    for (let i = 0; i < 8; i++) work(2000)
    expect(isSilent).toBe(true)
  })
})
