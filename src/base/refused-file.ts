/** A file of the team's own that could not be loaded. */
export interface RefusedFile {
  readonly kind: 'collector' | 'report';
  readonly file: string;
  /** Names the file, the line and the fix. */
  readonly message: string;
  /** Whether what it held goes on as it was before. */
  readonly stays: boolean;
}

/** What is wrong with a file, and what that means. */
export function describeRefused({ kind, message, stays }: RefusedFile): string {
  const leaves = kind === 'report' ? 'this file is left out, with its posts' : 'this file is left out';
  return `${message} (${stays ? `its ${kind} goes on as it was before` : leaves}, the other ${kind}s run)`;
}
