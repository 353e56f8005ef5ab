/** One engine, one size, in a process of its own: `node child.ts <engine> <size>` writes its result as JSON. */
import { peerNames, peers } from './peers.ts'
import { runScenario } from './scenario.ts'

const [wanted, size] = process.argv.slice(2)
const name = peerNames.find((known) => known === wanted)
if (!name) throw new Error(`no engine ${wanted}`)
const result = await runScenario(await peers[name](), Number(size))
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
