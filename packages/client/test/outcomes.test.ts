import { SottoError } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { openOutcomes } from '../src/outcomes.ts'

const full = new SottoError('storage_full')

describe('what is begun and waited for', () => {
  it('settles with what becomes of it', async () => {
    const outcomes = openOutcomes<'left'>()
    const left = outcomes.following('left', async () => {})
    expect(outcomes.waiting()).toEqual(['left'])
    outcomes.done('left')
    await left
    expect(outcomes.waiting()).toEqual([])
  })

  it('also where it comes before it is begun to the end', async () => {
    const outcomes = openOutcomes<'left'>()
    await outcomes.following('left', async () => outcomes.done('left'))
    expect(outcomes.waiting()).toEqual([])
  })

  it('is not waited for where it could not be begun; whoever else waits goes on waiting', async () => {
    const outcomes = openOutcomes<'left'>()
    await expect(outcomes.following('left', () => Promise.reject(full))).rejects.toBe(full)
    expect(outcomes.waiting()).toEqual([])
    const other = outcomes.of('left')
    await expect(outcomes.following('left', () => Promise.reject(full))).rejects.toBe(full)
    expect(outcomes.waiting()).toEqual(['left'])
    outcomes.done('left')
    await other
  })

  it('is not waited for where it is over when it is begun', async () => {
    const outcomes = openOutcomes<'left'>()
    await outcomes.following('left', async () => 'over')
    expect(outcomes.waiting()).toEqual([])
  })

  it('ends with the reason of the end', async () => {
    const outcomes = openOutcomes<'left'>()
    const left = outcomes.following('left', async () => {})
    const closed = new SottoError('closed')
    outcomes.end(closed)
    await expect(left).rejects.toBe(closed)
    await expect(outcomes.following('left', async () => {})).rejects.toBe(closed)
  })
})
