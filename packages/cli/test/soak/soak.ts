import { accountFor, type Accounts } from './accounts.ts'
import { Started } from '../lorc.fixture.ts'
import { Asker } from './asker.ts'
import { Killer } from './killer.ts'
import { requestOf } from './requests.ts'
import { SoakService } from './service.ts'
import { EVENTS_OF_A_JOB, SoakSite } from './site.ts'
import { Watcher } from './watcher.ts'

export interface SoakOptions {
  runs: number
  /** How often the service is ended on the way: four times of five by SIGKILL, else by SIGTERM. */
  kills: number
  /** What is asked for and when the service is ended follow from it. */
  seed: number
  /** The program with its arguments that is `lorc`. */
  line: readonly string[]
  /** Requests at once. Default 16. */
  atOnce?: number
  /** Told now and then how far it is. */
  report?: (text: string) => void
}

export interface Soaked extends Accounts {
  unanswered: number
  repeated: number
  refused: number
  killed: number
  stopped: number
  /** Milliseconds: until it listened again, and until it had ended in order; the longest of each. */
  longestStart: number
  longestStop: number
  /** By each watcher. */
  watched: { runs: number; events: number; breaks: number }[]
  /** Seconds: until the last run was taken in, and until the last one had ended. */
  takenIn: number
  ended: number
}

/** Asks a service for runs while it is killed and started again, then accounts for each of them. */
export async function soak({ runs, kills, seed, line, atOnce = 16, report = () => {} }: SoakOptions): Promise<Soaked> {
  const site = await SoakSite.make()
  const service = await SoakService.make(line, site.folder)
  const asker = new Asker(service.url)
  const watchers = [0, 1].map(() => new Watcher(service.url, newest(asker)))
  try {
    await service.start()
    const began = performance.now()
    const seconds = (): number => (performance.now() - began) / 1000
    const watching = Promise.all(watchers.map((watcher) => watcher.watch()))
    const killing = new Killer(service, seed, runs, kills)
    const approvals: Promise<void>[] = []
    let n = 0
    const askOn = async (): Promise<void> => {
      while (n < runs) {
        const accepted = await asker.ask(requestOf(seed, n++))
        if (accepted?.request.kind === 'ask') approvals.push(asker.approve(accepted))
        if (asker.accepted.length % 500 === 0) report(`${asker.accepted.length} runs taken in, killed ${killing.killed} times, ${seconds().toFixed(0)} s`)
      }
    }
    const over = killing.attend(() => asker.accepted.length)
    await Promise.all(Array.from({ length: atOnce }, askOn))
    const takenIn = seconds()
    await Promise.all([...approvals, over])
    const wrong = await untilAllEnded(service.url)
    const ended = seconds()
    for (const watcher of watchers) watcher.end()
    await watching
    await service.stop()
    report(`all ended after ${ended.toFixed(0)} s; accounting for them`)
    const accounts = await accountFor(site.folder, asker.accepted, await site.effects())
    wrong.push(...accounts.wrong, ...asker.wrong, ...service.wrong, ...watchers.flatMap((watcher) => watcher.wrong), ...(await eventsOf(site, line, asker)))
    return {
      ...accounts,
      wrong,
      unanswered: asker.unanswered,
      repeated: asker.repeated,
      refused: asker.refused,
      killed: killing.killed,
      stopped: killing.stopped,
      longestStart: Math.max(...service.starts),
      longestStop: Math.max(...service.stops),
      watched: watchers.map(({ runs, events, breaks }) => ({ runs, events, breaks })),
      takenIn,
      ended,
    }
  } finally {
    await service.kill()
    await site.remove()
  }
}

/** The run that was taken in last, each once. */
function newest({ accepted }: Asker): () => string | undefined {
  let seen = 0
  return () => {
    if (accepted.length <= seen) return undefined
    seen = accepted.length
    return accepted.at(-1)?.runId
  }
}

/** Milliseconds without any run ending after which those that go on are given up. */
const PATIENCE_MS = 60_000

/** Resolves when no run goes on; names those with which nothing happens any more. */
async function untilAllEnded(url: string): Promise<string[]> {
  let before = ''
  for (let since = performance.now(); ; ) {
    const { items } = (await (await fetch(`${url}/runs?status=running&limit=500`)).json()) as { items: { run_id: string; name: string }[] }
    if (items.length === 0) return []
    const now = items.map(({ run_id: runId }) => runId).join(' ')
    if (now !== before) since = performance.now()
    else if (performance.now() - since > PATIENCE_MS) return items.map(({ run_id: runId, name }) => `${runId} (${name}) goes on, and nothing happens in it`)
    before = now
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Every job has emitted its events once, however often it was begun. */
async function eventsOf({ workspace }: SoakSite, line: readonly string[], { accepted }: Asker): Promise<string[]> {
  const jobs = accepted.filter(({ request }) => request.kind === 'job').length
  const query = "SELECT COUNT(*) AS n, COUNT(DISTINCT event_id) AS ids FROM events WHERE event_type = 'soak.worked'"
  const { stdout, stderr } = await new Started([...line, 'sql', query, '--format', 'json'], workspace.folder, {}).ended
  const expected = jobs * EVENTS_OF_A_JOB
  const [found] = (stdout === '' ? [] : JSON.parse(stdout)) as { n: number; ids: number }[]
  if (jobs === 0 || (found?.n === expected && found.ids === expected)) return []
  return [`${jobs} jobs left ${found?.n ?? 0} events, ${found?.ids ?? 0} of them different, instead of ${expected} ${stderr}`]
}
