export { conformance, type Finding, type Outcome, sections } from './conformance.ts'
