import type { StepAnswer } from '../api/answers.ts'
import { bytes, duration, timestamp } from '../model/quantity.ts'

interface StepAttemptsProps {
  data: StepAnswer
  /** Of the run, Unix milliseconds. */
  createdAt: number
  length: number
}

/** Every try at a step, with what it cost. */
export function StepAttempts({ data: { attempts }, createdAt, length }: StepAttemptsProps) {
  if (attempts.length === 0) return null
  const known = (of: (attempt: StepAnswer['attempts'][number]) => unknown): boolean => attempts.some((attempt) => of(attempt) !== null)
  const [cpu, memory, exit] = [known((one) => one.cpu_ms), known((one) => one.peak_rss_bytes), known((one) => one.exit_code)]
  return (
    <>
      <h3>{attempts.length === 1 ? 'Attempt' : 'Attempts'}</h3>
      <div className="wide attempts" tabIndex={0} role="group" aria-label="Attempts">
        <table>
          <thead>
            <tr>
              <th scope="col" className="num">
                no.
              </th>
              <th scope="col" className="num">
                at
              </th>
              <th scope="col" className="num">
                took
              </th>
              <th scope="col">came to</th>
              {cpu && (
                <th scope="col" className="num">
                  cpu
                </th>
              )}
              {memory && (
                <th scope="col" className="num">
                  memory
                </th>
              )}
              {exit && (
                <th scope="col" className="num">
                  exit
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {attempts.map(({ attempt, from, to, end, error, cpu_ms: cpuMs, peak_rss_bytes: rss, exit_code: code }) => {
              const at = Date.parse(from) - createdAt
              return (
                <tr key={attempt}>
                  <td className="num">{attempt}</td>
                  <td className="num" title={timestamp(from)}>
                    {duration(at)}
                  </td>
                  <td className="num">{duration((to === null ? length : Date.parse(to) - createdAt) - at)}</td>
                  <td className={end ?? 'running'}>
                    {end ?? 'runs'}
                    {error !== null && <span className="dim small"> {error.code}</span>}
                  </td>
                  {cpu && <td className="num">{cpuMs === null ? '' : duration(cpuMs)}</td>}
                  {memory && <td className="num">{rss === null ? '' : bytes(rss)}</td>}
                  {exit && <td className="num">{code}</td>}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </>
  )
}
