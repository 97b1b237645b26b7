import type { Ended, Started } from '../lorc.fixture.ts'
import type { CopiedRun } from './journal-copy.ts'
import type { Site } from './site.ts'

type Deed = 'pause' | 'approve' | 'unpause'

const WORDS: Record<Deed, readonly string[]> = {
  pause: ['pause', 'last'],
  approve: ['approve', 'last', 'ask', '--by', 'ana'],
  unpause: ['unpause', 'last'],
}
/** What its driver says when the time has come for it. */
const ASKS = 'to let ask go on'
const PAUSED = 'paused: '
const DECIDED = 'completed  ask'

/**
 * Pauses a run when its step `ask` asks, approves it, and lets the run go on once the step has completed: each with a
 * `lorc` of its own, and not again once that has said that it is done or passed on.
 */
export class Person {
  /** What a `lorc` said that it could not do. */
  readonly wrong: string[] = []
  readonly #site: Site
  #left: readonly Deed[] = ['pause', 'approve', 'unpause']

  constructor(site: Site) {
    this.#site = site
  }

  /** Does what is left to do while `driver` drives the run, each in its time; resolves when that has ended. */
  async attend(driver: Started): Promise<Ended> {
    for (const deed of this.#left) {
      const calm = !this.#left.includes('pause') && !this.#left.includes('unpause')
      const cue = deed === 'pause' || calm ? ASKS : deed === 'approve' ? PAUSED : DECIDED
      if (!(await driver.says(cue).then(() => true, () => false))) break
      await this.#act(deed)
    }
    return driver.ended
  }

  /** Does what a dead driver's run needs to go on; `all`: and what else is left and can be done by now. */
  async tidy({ events }: CopiedRun, all: boolean): Promise<void> {
    const has = (type: string): boolean => events.some((event) => event.type === type)
    const asked = has('approval.requested') && !has('approval.decided')
    if (has('run.paused') && !has('run.unpaused')) await this.#act('unpause')
    if (all && asked && this.#left.includes('approve')) await this.#act('approve')
  }

  async #act(deed: Deed): Promise<void> {
    const { exit, stderr } = await this.#site.lorc(WORDS[deed])
    if (exit !== 0) this.wrong.push(`lorc ${deed}: ${stderr}`)
    else this.#left = this.#left.filter((other) => other !== deed)
  }
}
