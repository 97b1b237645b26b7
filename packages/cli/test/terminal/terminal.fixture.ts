import { execFileSync } from 'node:child_process'
import { env, pid } from 'node:process'
import { expect } from 'vitest'

/** Whether there is a terminal emulator to look at. */
export const hasTmux = ((): boolean => {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** What a describe's name says of it: a reader of the report sees why it was left out. */
export const inTerminal = (what: string): string => (hasTmux ? what : `${what} (left out: tmux is not installed)`)

let made = 0

/** A shell in a real terminal emulator of a size, in a folder. */
export class Terminal {
  readonly #server = `lorc-${pid}-${++made}`

  constructor(folder: string, columns: number, rows: number) {
    const size = ['-x', String(columns), '-y', String(rows)]
    const shell = ['env', '-i', `PATH=${env['PATH'] ?? ''}`, `HOME=${folder}`, 'LANG=C.UTF-8', 'TERM=screen', 'PS1=$ ', 'sh']
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-s', 't', '-c', folder, ...size, ...shell)
  }

  /** Types a line. */
  type(line: string): void {
    this.write(line)
    this.press('Enter')
  }

  write(text: string): void {
    this.#tmux('send-keys', '-t', 't', '-l', text)
  }

  /** As tmux names keys: `C-c`. */
  press(key: string): void {
    this.#tmux('send-keys', '-t', 't', key)
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-t', 't', '-x', String(columns), '-y', String(rows))
  }

  /** What is on the screen: its lines without spaces at the end, and without empty ones at the end. */
  lines(): string[] {
    const text = this.#tmux('capture-pane', '-p', '-t', 't').trimEnd()
    return text.split('\n').map((line) => line.trimEnd())
  }

  /** With what has scrolled off it. */
  everything(): string {
    return this.#tmux('capture-pane', '-p', '-S', '-', '-t', 't').trimEnd()
  }

  showsCursor(): boolean {
    return this.#tmux('display', '-p', '-t', 't', '#{cursor_flag}').trim() === '1'
  }

  async until(text: string | RegExp): Promise<string[]> {
    await expect.poll(() => this.lines().join('\n')).toMatch(text)
    return this.lines()
  }

  close(): void {
    this.#tmux('kill-server')
  }

  #tmux(...words: string[]): string {
    return execFileSync('tmux', ['-L', this.#server, ...words], { encoding: 'utf8' })
  }
}
