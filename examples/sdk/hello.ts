/** Signs in, says something in a room, and waits until the server has it. */
import { openSotto } from '@sotto/client/node'

const { PROFILE = 'alice', SERVER = 'http://localhost:5000', PASSWORD = '' } = process.env

const sotto = await openSotto({ profile: PROFILE, server: SERVER, name: 'alice', password: PASSWORD })
const room = sotto.rooms().find(({ name }) => name === 'General')?.id ?? (await sotto.createRoom('General'))
const { delivered } = await sotto.send(room, 'Hello from a program')
const { seq } = await delivered
process.stdout.write(`Sent as number ${seq}\n`)
await sotto.close()
