export interface EventSample {
  type: string
  source: string
  schemaRef: string
  subjectId: string
  payload: { account: string; from: string; id: number; labels: string[]; size: number; subject: string; text: string }
}

export function eventSample(n: number): EventSample
