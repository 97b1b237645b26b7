import { useCallback, useMemo } from 'react'
import { graphOfRun, structureOf } from '../model/plan-graph.ts'
import { Notice } from '../parts/notice.tsx'
import type { TabProps } from '../parts/tab-props.ts'
import { changeQuery } from '../hooks/use-route.ts'
import { DrawnGraph } from './drawn-graph.tsx'
import { graphKeys } from './graph-keys.ts'
import type { GraphViewProps } from './graph-view.ts'
import { LayeredGraph } from './layered-graph.tsx'
import { Neighbours } from './neighbours.ts'
import { stepChosen } from './step-chosen.ts'
import { usePlanGraph } from './use-plan-graph.ts'

/** Every step of a run, drawn with every line where they are few. */
export function WholeGraph({ picture, query, isLarge }: TabProps & { isLarge: boolean }) {
  const { run_id: runId, name } = picture.insight
  const { lines } = picture
  const { data, error, refetch } = usePlanGraph(runId)
  const structure = useMemo(() => (data === undefined ? undefined : structureOf(name, data)), [data, name])
  const graph = useMemo(() => (structure === undefined || lines === undefined ? undefined : graphOfRun(structure, lines)), [structure, lines])
  const neighbours = useMemo(() => (structure === undefined ? undefined : new Neighbours(structure)), [structure])
  const path = useMemo(() => new Set(picture.insight.path.map(([position]) => lines?.[position]?.index ?? -1)), [picture.insight, lines])
  const open = useCallback((id: number): void => changeQuery({ step: structure?.nodes[id]?.label ?? '' }, { replace: false }), [structure])
  if (error !== null) return <Notice error={error} onRetry={() => void refetch()} />
  if (graph === undefined || structure === undefined || neighbours === undefined) return <p className="none">Reading…</p>
  const props: GraphViewProps = { graph, structure, neighbours, selected: stepChosen(graph, query), isOnPath: ({ kind, id }) => kind === 'step' && path.has(id), onOpen: open }
  const View = isLarge ? LayeredGraph : DrawnGraph
  return <View {...props} onKey={graphKeys(props)} />
}
