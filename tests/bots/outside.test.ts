import type { lookup } from 'node:dns'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { isOutside, type Reading, readOutside } from '../../examples/bots/outside.ts'

const ends: (() => void)[] = []
afterAll(() => ends.forEach((end) => end()))

/** A server inside: on this machine. */
const serve = async (
  answer: RequestListener,
): Promise<{ readonly url: string; readonly asked: () => number }> => {
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked }
}

const trusting: Reading = { bytesMax: 1000, timeMs: 10_000, redirectsMax: 3, mayBeInside: true }
const careful: Reading = { ...trusting, mayBeInside: false }

const resolving = (addresses: readonly string[]) => {
  const resolve = (_host: string, _options: object, done: (...result: readonly unknown[]) => void): void => {
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
  return resolve as unknown as typeof lookup
}

describe('what is read from outside', () => {
  const insides = [
    '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.9.9.9 169.254.169.254 172.31.0.1 192.168.1.1 198.18.0.1 224.0.0.1',
    '255.255.255.255 192.0.2.1 203.0.113.9 :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 fe80::1 fc00::1',
    'fd12::1 ff02::1 2002:7f00:1:: 2001::1 2001:db8::1 fec0::1 localhost example.org',
  ]
  test.each(insides.flatMap((line) => line.split(' ')))('does not come from %s', (address) => {
    expect(isOutside(address)).toBe(false)
  })

  test.each(['1.1.1.1', '8.8.8.8', '93.184.216.34', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
    'may come from %s',
    (address) => {
      expect(isOutside(address)).toBe(true)
    },
  )

  test('is not what stands at an address inside, however it is written', async () => {
    const { url, asked } = await serve((_request, response) => response.end('secret'))
    const { port } = new URL(url)
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '0',
      '[::1]',
      '[::ffff:7f00:1]',
      'localhost',
    ])
      await expect(readOutside(`http://${host}:${port}/`, careful)).rejects.toThrow()
    for (const address of ['file:///etc/passwd', 'ftp://example.org/', 'data:text/plain,x'])
      await expect(readOutside(address, careful)).rejects.toThrow('is not read')
    expect(asked()).toBe(0)
  })

  test('is not what a name leads to inside, nor one that leads there as well', async () => {
    const { url, asked } = await serve((_request, response) => response.end('secret'))
    const feed = `http://feed.example:${new URL(url).port}/`
    const read = (addresses: readonly string[]) =>
      readOutside(feed, { ...careful, resolve: resolving(addresses) })
    await expect(read(['127.0.0.1'])).rejects.toThrow('is not outside')
    await expect(read(['93.184.216.34', '127.0.0.1'])).rejects.toThrow('is not outside')
    await expect(read([])).rejects.toThrow('is not outside')
    expect(asked()).toBe(0)
  })

  test('follows a few redirects, each looked at like the first', async () => {
    const { url, asked } = await serve(({ url: path }, response) => {
      const [, left = '0'] = /^\/(\d+)/.exec(path ?? '') ?? []
      if (left === '0') return void response.end('here')
      response.writeHead(302, { location: `/${Number(left) - 1}` }).end()
    })
    expect(await readOutside(`${url}/3`, trusting)).toBe('here')
    await expect(readOutside(`${url}/4`, trusting)).rejects.toThrow('too many redirects')
    const before = asked()
    await expect(readOutside(`${url}/1`, careful)).rejects.toThrow('is not outside')
    expect(asked()).toBe(before)
    const astray = await serve((_request, response) =>
      response.writeHead(302, { location: 'file:///x' }).end(),
    )
    await expect(readOutside(astray.url, trusting)).rejects.toThrow('is not read')
  })

  test('is bounded in bytes and in time, and no failure of the server', async () => {
    const endless = await serve((_request, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(500)));
        response.once('drain', more)
      }
      more()
    })
    await expect(readOutside(endless.url, trusting)).rejects.toThrow('more than 1000 bytes')
    const silent = await serve((_request, response) => void response.write('x'))
    await expect(readOutside(silent.url, { ...trusting, timeMs: 50 })).rejects.toThrow()
    const broken = await serve((_request, response) => response.writeHead(500).end())
    await expect(readOutside(broken.url, trusting)).rejects.toThrow('answers 500')
  })
})
