import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { JobItem } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { fieldsOf } from '../model/form-fields.ts'
import { counted, duration } from '../model/quantity.ts'
import { routeHref } from '../model/route.ts'
import { Notice } from '../parts/notice.tsx'
import { Words } from '../parts/words.tsx'
import { ChoiceList } from './choice-list.tsx'
import { StartForm } from './start-form.tsx'

/** What the body of `POST /jobs/{package}/{job}/runs` takes besides parameters. */
const MORE = {
  title: 'Window of time, and account',
  fields: fieldsOf({
    properties: {
      since: { type: 'string', title: 'Since', description: 'A date, an instant, or a span back from now', examples: ['7d'] },
      until: { type: 'string', title: 'Until', description: 'A date, an instant, or a span back from now' },
      account: { type: 'string', title: 'Account', description: 'Whose data the job works with' },
    },
  }),
}
/** Of a job of which nobody can tell what it takes. */
const ANYTHING = fieldsOf({ properties: { params: { type: 'object', title: 'Parameters' } } })

/** `name`: the package, a space, the job. `from`: a run, a space, the step of it whose parameters the form begins with. */
export function JobStart({ name, from }: { name: string | null; from: string | undefined }) {
  const { data, error, refetch } = useQuery({ queryKey: ['jobs'], queryFn: async ({ signal }) => (await service.call('GET /jobs', { signal })).body })
  if (error !== null) return <Notice error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <p className="none">Reading…</p>
  const nameOf = (job: JobItem): string => `${job.package} ${job.name}`
  const job = data.items.find((item) => nameOf(item) === name)
  return (
    <>
      {data.items.length === 0 && data.problems.length === 0 && (
        <p className="none">
          No installed package declares a job. Packages do so under <code>lorc.jobs</code> in their <code>package.json</code>.
        </p>
      )}
      {data.items.length > 0 && (
        <div className="shelf">
          <ChoiceList
            choices={data.items.map((item) => ({ name: item.name, note: item.summary ?? `version ${item.version}`, about: item.package, href: routeHref(['start', 'jobs', nameOf(item)]), broken: false }))}
            chosen={name === null ? null : routeHref(['start', 'jobs', name])}
            what="jobs"
          />
          {job === undefined ? <p className="none">{name === null ? 'Choose a job.' : `No package has a job ${name}.`}</p> : <OneJob key={`${nameOf(job)} ${from ?? ''}`} job={job} from={from} />}
        </div>
      )}
      {data.problems.length > 0 && (
        <details open={data.items.length === 0}>
          <summary>{data.problems.length === 1 ? '1 declaration of a job is' : `${counted(data.problems.length, 'declaration')} of jobs are`} broken</summary>
          <ul>
            {data.problems.map(({ package: of, job: which, message, fix }) => (
              <li key={`${of} ${which ?? ''} ${message}`}>
                <code>{of}</code>
                {which !== null && (
                  <>
                    {' '}
                    <code>{which}</code>
                  </>
                )}
                : <Words text={message} />
                {fix !== null && <> (<Words text={fix} />)</>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function OneJob({ job, from }: { job: JobItem; from: string | undefined }) {
  const params = { package: job.package, job: job.name }
  const { data, error, refetch } = useQuery({ queryKey: ['job', job.package, job.name], queryFn: async ({ signal }) => (await service.call('GET /jobs/{package}/{job}', { params, signal })).body })
  const source = useQuery({ queryKey: ['given', from], queryFn: async ({ signal }) => givenBy(from ?? '', signal), enabled: from !== undefined })
  const schema = data?.params
  const fields = useMemo(() => (schema == null ? ANYTHING : fieldsOf(schema, '/params')), [schema])
  return (
    <section aria-label={`${job.package} ${job.name}`}>
      <h2>{job.name}</h2>
      <p className="dim small">
        <code>{job.package}</code> {job.version}
        {data?.timeout_ms != null && `, has ${duration(data.timeout_ms)} for an attempt`}
      </p>
      {job.summary !== null && <p>{job.summary}</p>}
      {data?.docs != null && data.docs !== job.summary && data.docs.split(/\n\s*\n/).map((part) => (
          <p key={part} className="docs">
            <Words text={part} />
          </p>
        ))}
      {source.error !== null && <Notice error={source.error} />}
      {error !== null ? (
        <Notice error={error} onRetry={() => void refetch()} />
      ) : data === undefined || source.isLoading ? (
        <p className="none">Reading what it takes…</p>
      ) : (
        <StartForm
          fields={fields}
          more={MORE}
          given={source.data}
          onStart={async (request) => (await service.call('POST /jobs/{package}/{job}/runs', { params, ...request })).body.run_id}
        />
      )}
    </section>
  )
}

/** What a step of a run gave its job. */
async function givenBy(from: string, signal: AbortSignal): Promise<unknown> {
  const [runId = '', step = ''] = from.split(' ')
  const { body } = await service.call('GET /runs/{run_id}/steps/{step}', { params: { run_id: runId, step }, signal })
  return body.definition['job']
}
