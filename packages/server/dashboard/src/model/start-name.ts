/** What `POST /recipes/{name}/runs` takes for a recipe's file: the path without extension, and without `recipes/`. */
export function startName(path: string): string {
  return path.replace(/\.[^./]+$/, '').replace(/^recipes\//, '')
}
