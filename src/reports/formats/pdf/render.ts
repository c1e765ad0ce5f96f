import { createRequire } from 'node:module';
import type { TDocumentDefinitions } from 'pdfmake/interfaces.js';
import type { Fonts } from '../../lettering/fonts.js';

/** The document as a file. Nothing but the two fonts is read, and nothing fetched, whatever stands in it. */
export async function renderPdf(definition: TDocumentDefinitions, fonts: Fonts): Promise<Buffer> {
  // Only who wants a PDF waits for it. Below its API, which has one setting for all of fonts and of what may be read.
  const { default: Printer } = createRequire(import.meta.url)('pdfmake/js/Printer.js') as PrinterModule;
  const { regular, bold } = fonts.files;
  const styles = { normal: regular, bold, italics: regular, bolditalics: bold };
  const document = await new Printer(
    { [fonts.family]: styles },
    { existsSync: () => false },
    { resolve: () => {}, resolved: async () => {} },
    (path) => path === regular || path === bold,
  ).createPdfKitDocument(definition);
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', resolve);
    document.on('error', reject);
  });
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

/** What pdfmake's types leave out. */
interface PrinterModule {
  readonly default: new (
    fonts: Record<string, Record<string, string>>,
    files: { existsSync(path: string): boolean },
    urls: { resolve(url: string): void; resolved(): Promise<void> },
    isReadable: (path: string) => boolean,
  ) => {
    createPdfKitDocument(definition: TDocumentDefinitions): Promise<NodeJS.ReadableStream & { end(): void }>;
  };
}
