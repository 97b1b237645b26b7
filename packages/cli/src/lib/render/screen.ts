import type { Io } from '../io.ts'
import { displayWidth } from './text.ts'

const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
const CLEAR_LINE = '\x1b[K'
const CLEAR_BELOW = '\x1b[0J'

/**
 * Lines at the bottom of the terminal that are drawn again and again in place; whatever else is printed scrolls by above
 * them, also what other code of the process writes to stderr. The cursor is hidden while they stand, and shown again by
 * `close`, at the end of the process, however that comes about, and while the process is suspended.
 */
export class Screen {
  readonly #io: Io
  readonly #redraw: () => void
  /** Widths of the lines that stand. */
  #drawn: number[] = []
  #release: (() => void) | undefined

  /** `redraw` is called when the lines are gone, because something else was printed, and have to be drawn again. */
  constructor(io: Io, redraw: () => void) {
    this.#io = io
    this.#redraw = redraw
  }

  draw(lines: readonly string[]): void {
    const hide = this.#release === undefined ? HIDE_CURSOR : ''
    this.#release ??= this.#hold()
    const text = lines.map((line) => `${line}${CLEAR_LINE}\n`).join('')
    this.#io.stderr.write(`${hide}${this.#up()}${text}${CLEAR_BELOW}`)
    this.#drawn = lines.map(displayWidth)
  }

  /** Prints whole lines that stay where the others stood; those have to be drawn again. */
  above(text: string): void {
    const up = this.#up()
    this.#io.stderr.write(up === '' ? text : `${up}${CLEAR_BELOW}${text}`)
    this.#drawn = []
  }

  /** The lines stay, and the next ones stand below them. */
  close(): void {
    this.#drawn = []
    this.#release?.()
    this.#release = undefined
  }

  /** To where the lines begin: a terminal that was made narrower has broken them. */
  #up(): string {
    const { columns } = this.#io.stderr
    const height = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0)
    return height === 0 ? '' : `\x1b[${height}A\r`
  }

  #hold(): () => void {
    const io = this.#io
    const show = (): void => void io.stderr.write(SHOW_CURSOR)
    const releases = [
      io.onExit(show),
      io.onSuspend(
        () => {
          // The shell prints below: what stands is drawn over no more, also by a tick that comes before `after`.
          this.#drawn = []
          show()
        },
        () => {
          io.stderr.write(HIDE_CURSOR)
          this.#redraw()
        },
      ),
      io.divertStderr((text) => {
        this.above(text.endsWith('\n') ? text : `${text}\n`)
        this.#redraw()
      }),
    ]
    return () => {
      for (const release of releases) release()
      show()
    }
  }
}
