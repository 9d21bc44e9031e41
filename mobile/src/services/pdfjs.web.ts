import type * as PdfJs from 'pdfjs-dist';

declare global {
  var pdfjsLib: typeof PdfJs | undefined;
}

let loading: Promise<typeof PdfJs> | null = null;

/** pdf.js, fetched when a PDF is first opened. It and its worker are files of their own, as the page's policy asks. */
export function loadPdfJs(): Promise<typeof PdfJs> {
  loading ??= fetchLibrary().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

function fetchLibrary(): Promise<typeof PdfJs> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.type = 'module';
    script.src = '/pdfjs/pdf.min.mjs';
    script.onload = () => {
      const library = globalThis.pdfjsLib;
      if (!library) return reject(new Error('pdf.js did not start'));
      library.GlobalWorkerOptions.workerSrc = '/pdfjs/pdf.worker.min.mjs';
      resolve(library);
    };
    script.onerror = () => reject(new Error('pdf.js could not be fetched'));
    document.head.append(script);
  });
}
