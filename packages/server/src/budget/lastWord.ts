import type { Duplex } from 'node:stream'

/**
 * Says a last thing on a connection that no server looks after any more, and lets go of it: what it still sends is thrown
 * away, and when its other side has ended too, or `withinMs` later whatever that does, it is gone. Who only ends his side
 * keeps the connection for as long as the other one likes.
 */
export const sayLastWord = (socket: Duplex, text: string, withinMs: number): void => {
  const letGo = (): void => void socket.destroy()
  const timer = setTimeout(letGo, withinMs)
  socket.once('close', () => clearTimeout(timer))
  socket.on('error', letGo)
  socket.once('end', letGo)
  socket.end(text)
  // Destroyed with something unread, it would be reset, and the last word with it.
  socket.resume()
}
