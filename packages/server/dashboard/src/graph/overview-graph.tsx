import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { service } from '../api/service.ts'
import { overviewGraph } from '../model/plan-graph.ts'
import { Notice } from '../parts/notice.tsx'
import type { TabProps } from '../parts/tab-props.ts'
import { changeQuery } from '../hooks/use-route.ts'
import { DrawnGraph } from './drawn-graph.tsx'
import { graphKeys } from './graph-keys.ts'
import type { GraphViewProps } from './graph-view.ts'
import { GroupDialog } from './group-dialog.tsx'
import { Neighbours } from './neighbours.ts'
import { stepChosen } from './step-chosen.ts'

/** A run of many steps as a graph that can be taken in: what waits for the same is drawn as one, by the service. */
export function OverviewGraph({ picture, query, wantSteps }: TabProps) {
  const { run_id: runId, name, seq } = picture.insight
  const { data, error, refetch } = useQuery({
    queryKey: ['overview', runId, seq],
    queryFn: async ({ signal }) => (await service.call('GET /runs/{run_id}/overview', { params: { run_id: runId }, signal })).body,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  })
  const [group, setGroup] = useState<number>()
  const graph = useMemo(() => (data === undefined ? undefined : overviewGraph(name, data)), [data, name])
  const neighbours = useMemo(() => (graph === undefined ? undefined : new Neighbours(graph)), [graph])
  const open = useCallback(
    (id: number): void => {
      const node = graph?.nodes[id]
      if (node?.kind !== 'group') changeQuery({ step: node?.label ?? '' }, { replace: false })
      else {
        wantSteps()
        setGroup(id)
      }
    },
    [graph, wantSteps],
  )
  if (data === undefined && error !== null) return <Notice error={error} onRetry={() => void refetch()} />
  if (data === undefined || graph === undefined || neighbours === undefined) return <p className="none">Reading…</p>
  const props: GraphViewProps = { graph, structure: graph, neighbours, selected: stepChosen(graph, query), isOnPath: ({ id }) => data.nodes[id]?.on_path === true, onOpen: open }
  const opened = group === undefined ? undefined : data.nodes[group]
  return (
    <>
      <DrawnGraph {...props} onKey={graphKeys(props)} />
      {opened !== undefined && <GroupDialog node={opened} lines={picture.lines} onClose={() => setGroup(undefined)} />}
    </>
  )
}
