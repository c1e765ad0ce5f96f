import { z } from 'zod';
import { openStore } from '../../src/store/store.js';

// A process of its own that writes two entries in each transaction, without end, and says which are on the disk.
const [path = '', mode] = process.argv.slice(2);
const store = await openStore(path, 'own');
const numbers = store.collection('numbers', z.object({ n: z.number(), filler: z.string() }));
const filler = 'x'.repeat(mode === 'large' ? 100_000 : 5000);

if (mode === 'hold') {
  console.log('holds it');
  setInterval(() => undefined, 1000);
} else {
  for (let n = (numbers.get('first')?.n ?? 0) + 1; ; n += 1) {
    try {
      store.transaction(() => {
        numbers.put('first', { n, filler });
        if (mode === 'large') numbers.put(`more-${n}`, { n, filler });
        numbers.put('second', { n, filler });
      });
    } catch (error) {
      console.log(`${error instanceof Error && 'code' in error ? error.code : ''} after ${n - 1}: ${error}`);
      break;
    }
    console.log(n);
    // The pipe must empty itself.
    await new Promise((resolve) => setImmediate(resolve));
  }
  store.close();
}
