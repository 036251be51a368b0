// Long steps, side by side: says what begins, what is done and how long it took.
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Makes a reporter whose `step(name, work, log)` prints the end and the time of `work`, where a long one writes meanwhile, and keeps the times. */
export function createSteps(write = (line) => console.log(line)) {
  const started = Date.now();
  const times = [];
  const running = new Map();
  const beat = setInterval(() => {
    const slow = [...running]
      .filter(([, { at }]) => Date.now() - at > 15_000)
      .map(([name, { at, log }]) => `${name} ${seconds(Date.now() - at)}${log ? ` (log: ${log})` : ""}`);
    if (slow.length > 0) write(`  …  still running: ${slow.join(", ")}`);
  }, 20_000);
  beat.unref();
  return {
    times,
    async step(name, work, log) {
      const at = Date.now();
      running.set(name, { at, log });
      try {
        const outcome = await work();
        const took = Date.now() - at;
        times.push({ name, ms: took });
        write(`  ok ${name} ${outcome?.note ? `(${outcome.note}) ` : ""}${seconds(took)}`);
        return outcome;
      } catch (error) {
        write(`  !! ${name} failed after ${seconds(Date.now() - at)}`);
        throw error;
      } finally {
        running.delete(name);
      }
    },
    done() {
      clearInterval(beat);
      return Date.now() - started;
    },
  };
}
