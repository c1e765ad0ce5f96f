import { stat } from 'node:fs/promises';

/** Remembers the identity of files when they were read, to tell whether they have changed. */
export interface FileWatch {
  /** Must be called before the file is read, so that a change during the reading is noticed. */
  note(file: string): Promise<void>;
  changed(): Promise<boolean>;
}

export function createFileWatch(): FileWatch {
  const identities = new Map<string, string>();
  return {
    async note(file) {
      identities.set(file, await identityOf(file));
    },
    async changed() {
      for (const [file, identity] of identities) if ((await identityOf(file)) !== identity) return true;
      return false;
    },
  };
}

/** Follows links, as Kubernetes and certbot replace files by changing links. */
async function identityOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
  }
}
