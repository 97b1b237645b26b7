import { runHref } from '../model/route.ts'
import { useRoute } from '../hooks/use-route.ts'

interface StepLinkProps {
  step: string
  className?: string
  /** It is what the arrow keys go to in its row. */
  inRow?: boolean
}

/** Opens a step of the run that is shown, beside what is shown of it. */
export function StepLink({ step, className, inRow = false }: StepLinkProps) {
  const route = useRoute()
  if (route.page !== 'run') return <b className={className}>{step}</b>
  return (
    <a href={runHref(route.runId, route.tab, { ...route.query, step })} className={className} {...(inRow && { 'data-row': '' })}>
      {step}
    </a>
  )
}
