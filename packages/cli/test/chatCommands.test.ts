import { claimedTwice } from '@sotto/client'
import { expect, it } from 'vitest'
import { chatCommands } from '../src/chat/command.ts'

it('no word of a conversation in the terminal stands for two commands', () => {
  expect(claimedTwice(chatCommands)).toEqual([])
  expect(chatCommands.map(({ name }) => name)).toContain('quit')
})
