import { encodeServerFrame, type ServerFrame } from '@sotto/protocol'

/**
 * A binary WebSocket message of a server: one unmasked frame (RFC 6455 §5.2). Being the same for every receiver, it
 * is made once and written to many sockets.
 */
export const webSocketFrame = (payload: Uint8Array): Buffer => {
  const { length } = payload
  const headerBytes = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerBytes + length)
  frame[0] = 0x82
  if (headerBytes === 2) frame[1] = length
  else if (headerBytes === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.set(payload, headerBytes)
  return frame
}

export const wireFrame = (frame: ServerFrame): Buffer => webSocketFrame(encodeServerFrame(frame))
