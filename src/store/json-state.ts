import { stateError } from './store-error.js';

const VERSION = 1;

/** Reads the format of earlier versions: one JSON object with a value for each section. @throws BugflowError */
export function parseJsonState(path: string, text: string): ReadonlyMap<string, string> {
  const content = parse(path, text);
  if (typeof content !== 'object' || content === null || !('version' in content))
    throw stateError(path, 'is not a state file of taiga-bugflow; name another one, or move it away');
  const { version, ...sections } = content;
  if (version !== VERSION)
    throw stateError(path, 'was written by another version of taiga-bugflow; move it away');
  return new Map(Object.entries(sections).map(([name, value]) => [name, JSON.stringify(value)]));
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw stateError(path, 'is not a state file of taiga-bugflow; name another one, or move it away', error);
  }
}
