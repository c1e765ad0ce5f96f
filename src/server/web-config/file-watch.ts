import { stat } from 'node:fs/promises';

/** Knows what files were when they were read, to tell whether they are still the same. */
export interface FileWatch {
  /** To be called before the file is read: what changes meanwhile is then seen later. */
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

/** Follows links, as those by which Kubernetes and certbot exchange files. */
async function identityOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
  }
}
