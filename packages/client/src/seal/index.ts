export { open, seal } from './seal.ts'
