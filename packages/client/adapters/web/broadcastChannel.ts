import type { Channel } from '../../src/index.ts'

/** What is posted reaches every other end with this name: tabs and workers of the origin. */
export const broadcastChannel = (name: string): Channel & { close(): void } => {
  const channel = new BroadcastChannel(name)
  return {
    post: (message) => channel.postMessage(message),
    listen: (listener) => {
      const hear = ({ data }: MessageEvent<unknown>): void => listener(data)
      channel.addEventListener('message', hear)
      return () => channel.removeEventListener('message', hear)
    },
    close: () => channel.close(),
  }
}
