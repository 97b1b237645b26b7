import { createServer, type AddressInfo } from 'node:net'
import { Started } from '../lorc.fixture.ts'

/** `lorc serve` in a workspace, always at the same address, however often it is killed and started again. */
export class SoakService {
  readonly url: string
  readonly #line: readonly string[]
  readonly #folder: string
  #started: Started | undefined
  /** Milliseconds from each start until it listened. */
  readonly starts: number[] = []
  /** Milliseconds from each SIGTERM to its end. */
  readonly stops: number[] = []
  /** What no service may say or do; a sentence each. */
  readonly wrong: string[] = []

  private constructor(line: readonly string[], folder: string, port: number) {
    this.#line = [...line, 'serve', '--json', '--port', String(port)]
    this.#folder = folder
    this.url = `http://127.0.0.1:${port}`
  }

  /** `line`: the program with its arguments that is `lorc`. */
  static async make(line: readonly string[], folder: string): Promise<SoakService> {
    return new SoakService(line, folder, await freePort())
  }

  /** Resolves once it listens. */
  async start(): Promise<void> {
    const began = performance.now()
    const started = new Started(this.#line, this.#folder, {})
    this.#started = started
    while (!started.stdout.includes('\n')) {
      if (started.process.exitCode !== null || started.process.signalCode !== null) throw new Error(`lorc serve ended: ${started.stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    this.starts.push(performance.now() - began)
  }

  /** As a power cut ends it, but for the disk. */
  async kill(): Promise<void> {
    this.#started?.kill('SIGKILL')
    this.#tell(await this.#started?.ended)
  }

  /** As it is asked to end. */
  async stop(): Promise<void> {
    const began = performance.now()
    this.#started?.kill('SIGTERM')
    const ended = await this.#started?.ended
    this.stops.push(performance.now() - began)
    if (ended?.exit !== 0) this.wrong.push(`asked to stop, it ended with ${ended?.exit ?? ended?.signal ?? 'nothing'}`)
    this.#tell(ended)
  }

  /** Whatever it has called an error. */
  #tell(ended: { stderr: string } | undefined): void {
    for (const line of ended?.stderr.split('\n') ?? []) if (/"level":"error"|error\[|Error:/.test(line)) this.wrong.push(`it said: ${line.slice(0, 500)}`)
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
