import { useQuery } from '@tanstack/react-query'
import type { Insight, Job, Page } from '../api/answers.ts'
import { RequestProblem } from '../api/problem.ts'
import { address, getJson, postJson } from '../api/request.ts'
import { routeHref } from '../model/route.ts'
import { Notice } from '../parts/notice.tsx'
import { ChoiceList } from './choice-list.tsx'
import { StartForm } from './start-form.tsx'

/** `name`: `package job`. */
export function JobStart({ name, from }: { name: string | null; from: string | undefined }) {
  const { data, error, refetch } = useQuery({ queryKey: ['jobs'], queryFn: ({ signal }) => getJson<Page<Job>>('/jobs', signal) })
  const source = useQuery({
    queryKey: ['given', from],
    queryFn: ({ signal }) => getJson<Insight>(address(['runs', from ?? '', 'insight']), signal),
    enabled: from !== undefined,
  })
  if (error instanceof RequestProblem && error.code === 'REQUEST_ROUTE') {
    return (
      <p className="none">
        This service starts no jobs. <code>lorc run PACKAGE JOB</code> does, and so do recipes with a step of type <code>job</code>.
      </p>
    )
  }
  if (error !== null) return <Notice error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <p className="none">Reading…</p>
  if (data.items.length === 0) return <p className="none">No installed package declares a job. Packages do so under `lorc.jobs` in their package.json.</p>
  const nameOf = (job: Job): string => `${job.package} ${job.job}`
  const job = data.items.find((item) => nameOf(item) === name)
  return (
    <div className="shelf">
      <ChoiceList
        choices={data.items.map((item) => ({ name: nameOf(item), note: item.description ?? item.package, href: routeHref(['start', 'jobs', nameOf(item)]), broken: false }))}
        chosen={name}
        what="jobs"
      />
      {job === undefined ? (
        <p className="none">{name === null ? 'Choose a job.' : `No package has a job ${name}.`}</p>
      ) : (
        <section aria-label={nameOf(job)}>
          <h2>{job.job}</h2>
          <p className="dim small">
            <code>{job.package}</code>
          </p>
          {job.description !== null && <p>{job.description}</p>}
          {from !== undefined && source.isPending ? (
            <p className="none">Reading…</p>
          ) : (
            <StartForm
              key={nameOf(job)}
              schema={job.params}
              given={source.data?.facts.params}
              onStart={async (params) => (await postJson<{ run_id: string }>(address(['jobs', job.package, job.job, 'runs']), { params })).run_id}
            />
          )}
        </section>
      )}
    </div>
  )
}
