/** Tasks that behave in every way that a lane must survive. */
let calls = 0;

export default async function run({ task, port }) {
  calls++;
  const stop = new Promise((resolve) => port.on('message', resolve));
  try {
    switch (task.kind) {
      case 'echo':
        return { value: task.value, calls };
      case 'fail':
        throw new RangeError('wrong on purpose');
      case 'spin':
        for (;;) calls++;
      case 'fill': {
        const kept = [];
        for (;;) kept.push(new Array(100_000).fill(kept.length));
      }
      case 'stoppable':
        port.postMessage('started');
        await stop;
        return { value: 'stopped in order', calls };
      case 'deaf':
        port.postMessage('started');
        return await new Promise(() => setInterval(() => {}, 1000));
    }
  } finally {
    port.close();
  }
}
