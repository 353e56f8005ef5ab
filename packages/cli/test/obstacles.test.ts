import { expect, it } from 'vitest'
import { obstacleTexts } from '../src/obstacleText.ts'
import { failureText } from '../src/failureText.ts'
import { SottoError } from '@sotto/client'

it.each(Object.keys(obstacleTexts))('says what stands in the way and what helps: %s', (obstacle) => {
  const text = failureText(new SottoError('offline', undefined, { obstacle }))
  expect(text).toMatch(/^The server cannot be reached: [^\n]+\.\n {2}[^\n]+$/)
})

it('says nothing of what is no obstacle', () => {
  for (const obstacle of ['constructor', '__proto__', 'x\u001B[2J', ''])
    expect(failureText(new SottoError('offline', undefined, { obstacle }))).toBe(
      'The server cannot be reached.\n  Is the server running, and is its address right?',
    )
})
