// Long steps, side by side: says what begins, what is done and how long it took.
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Makes a reporter whose `step(name, work)` prints the start, the end and the time of `work` and keeps the times. */
export function createSteps(write = (line) => console.log(line)) {
  const started = Date.now();
  const times = [];
  const running = new Map();
  const beat = setInterval(() => {
    const slow = [...running].filter(([, at]) => Date.now() - at > 15_000).map(([name, at]) => `${name} ${seconds(Date.now() - at)}`);
    if (slow.length > 0) write(`  …  still running: ${slow.join(", ")}`);
  }, 20_000);
  beat.unref();
  return {
    times,
    async step(name, work) {
      const at = Date.now();
      running.set(name, at);
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
