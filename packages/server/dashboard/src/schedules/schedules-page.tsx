import { useQuery } from '@tanstack/react-query'
import type { Schedule } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { ahead, timestamp } from '../model/quantity.ts'
import { routeHref } from '../model/route.ts'
import { Notice } from '../parts/notice.tsx'
import { Words } from '../parts/words.tsx'
import { useNow } from '../hooks/use-now.ts'
import { FiringRow } from './firing-row.tsx'

const REFRESH_MS = 15_000

/** The schedules of recipes: when each runs next, and what became of its last times. */
export function SchedulesPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ['schedules'],
    queryFn: async ({ signal }) => (await service.call('GET /schedules', { query: { next: 3, firings: 10 }, signal })).body,
    refetchInterval: REFRESH_MS,
    refetchOnWindowFocus: true,
  })
  const now = useNow(true)
  return (
    <main id="main" className="page schedules">
      <h1>Schedules</h1>
      {error !== null && <Notice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <p className="none">Reading…</p>}
      {data?.running === false && (
        <div className="trouble mild">
          <p>
            This service runs no schedules: <code>server.schedules</code> is off in its configuration.
          </p>
        </div>
      )}
      {data?.broken.map(({ name, recipe, code, message }) => (
        <div key={name} className="trouble">
          <h2>
            <a href={routeHref(['start', 'recipes', name])}>{recipe}</a> is not run by its schedule
          </h2>
          <p>
            <b>{code}</b>: <Words text={message} />
          </p>
        </div>
      ))}
      {data?.items.length === 0 && data.broken.length === 0 && (
        <p className="none">
          No recipe has a schedule. One is a line in a recipe: <code>schedule: {'{ cron: "0 3 * * *", timezone: Europe/Madrid }'}</code>
        </p>
      )}
      {data?.items.map((schedule) => (
        <OneSchedule key={schedule.name} schedule={schedule} now={now} />
      ))}
    </main>
  )
}

const CATCH_UP = { none: 'times that were missed are left out', last: 'of times that were missed, the last one is made up for', all: 'every time that was missed is made up for' } as const
const OVERLAP = { skip: 'no run begins while one is going', queue: 'a run waits for the one before it', cancel_running: 'a run cancels the one before it' } as const

function OneSchedule({ schedule: { name, recipe, cron, timezone, catch_up: catchUp, overlap, next, firings }, now }: { schedule: Schedule; now: number }) {
  const [first, ...later] = next
  return (
    <section className="box" aria-label={name}>
      <div className="head">
        <h2>{name}</h2>
        <code>{cron}</code>
        <span className="dim small">{timezone}</span>
        <span className="grow" />
        <a className="button" href={routeHref(['start', 'recipes', name])}>
          Start now
        </a>
      </div>
      <p className="dim small">
        <a href={routeHref(['runs'], { recipe })}>{recipe}</a>: {CATCH_UP[catchUp]}; {OVERLAP[overlap]}.
      </p>
      <p>
        {first === undefined ? 'It never runs again.' : <b>Next {ahead(Date.parse(first), now)}</b>}{' '}
        {first !== undefined && (
          <span className="dim small">
            {[first, ...later].map((at) => timestamp(at, timezone)).join(', ')} in {timezone}
          </span>
        )}
      </p>
      {firings.length === 0 ? (
        <p className="dim small">None of its times has come so far.</p>
      ) : (
        <div className="wide" tabIndex={0} role="group" aria-label={`Last times of ${name}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">time in {timezone}</th>
                <th scope="col">came to</th>
                <th scope="col">run</th>
              </tr>
            </thead>
            <tbody>
              {firings.map((firing) => (
                <FiringRow key={firing.at} firing={firing} timezone={timezone} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
