/** Runs `task` `times` times, `atOnce` of them at any moment. */
export async function crowd(times, atOnce, task) {
  let left = times
  const worker = async () => {
    while (left-- > 0) await task()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
