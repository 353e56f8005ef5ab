/**
 * Loaded by `--require` into what the launcher starts aside: whoever kills the launcher must not leave an installer
 * behind, which would go on writing into the tree that the next start installs into.
 */
process.stdin.on('end', () => process.exit(1))
process.stdin.on('error', () => process.exit(1))
process.stdin.resume()
// The pipe alone must not keep a program alive that has done its work.
process.stdin.unref()
