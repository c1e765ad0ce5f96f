import { writeAtomically } from '../../src/base/write-atomically.js';

/** Run as a process of its own, with a path and a letter: writes a megabyte of that letter again and again. */
const [path = '', letter = ''] = process.argv.slice(2);
for (;;) await writeAtomically(path, letter.repeat(1 << 20), 0o644);
