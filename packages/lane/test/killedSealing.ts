import { laneSealer } from '../../client/adapters/node/keys/laneSealer.ts'
import { openLaneStore } from '../adapters/node/laneStore.ts'

/** Opens a store that an earlier version wrote, and is killed when it has sealed so many rows. */
const [file = '', key = '', rows] = process.argv.slice(2)

const sealer = laneSealer(new Uint8Array(Buffer.from(key, 'hex')))
let left = Number(rows)
openLaneStore(file, {
  ...sealer,
  seal: (id, plaintext) => {
    left -= 1
    if (left < 0) process.kill(process.pid, 'SIGKILL')
    return sealer.seal(id, plaintext)
  },
}).close()
