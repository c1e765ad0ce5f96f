import { fileURLToPath } from 'node:url';

/** The folder `reports/` that ships with the package; the path works from `src/main` and `dist/main`. */
export const SHIPPED_REPORTS = fileURLToPath(new URL('../../reports', import.meta.url));
