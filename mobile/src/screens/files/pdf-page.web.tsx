import type { PDFDocumentProxy } from 'pdfjs-dist';
import { useEffect, useRef } from 'react';
import { StyleSheet, View } from 'react-native';

import { loadPdfJs } from '@/services/pdfjs.web';

interface PdfPageProps {
  pdf: PDFDocumentProxy;
  number: number;
  width: number;
  /** Height by width of the first page; keeps the place of pages that aren't drawn yet. */
  ratio: number;
  /** Whether it is in sight or next to what is. */
  near: boolean;
}

const SHARPEST = 2.5;

/** One page: a picture, and over it the text so that it can be selected and read aloud. */
export function PdfPage({ pdf, number, width, ratio, near }: PdfPageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const words = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!near) return;
    let end = () => {};
    let gone = false;
    const draw = async () => {
      const [library, page] = await Promise.all([loadPdfJs(), pdf.getPage(number)]);
      const [surface, overlay] = [canvas.current, words.current];
      if (gone || !surface || !overlay) return;
      const viewport = page.getViewport({ scale: width / page.getViewport({ scale: 1 }).width });
      const sharp = Math.min(globalThis.devicePixelRatio || 1, SHARPEST);
      surface.width = Math.floor(viewport.width * sharp);
      surface.height = Math.floor(viewport.height * sharp);
      const drawing = page.render({ canvas: surface, viewport, transform: [sharp, 0, 0, sharp, 0, 0] });
      overlay.replaceChildren();
      overlay.style.setProperty('--total-scale-factor', String(viewport.scale));
      const text = new library.TextLayer({ textContentSource: page.streamTextContent(), container: overlay, viewport });
      end = () => {
        drawing.cancel();
        text.cancel();
      };
      await Promise.all([drawing.promise, text.render()]);
      surface.dataset.drawn = String(number);
    };
    // A drawing that is called off ends with an error: the page has been zoomed or left.
    draw().catch(() => undefined);
    return () => {
      gone = true;
      end();
    };
  }, [pdf, number, width, near]);

  return (
    <View style={[styles.page, { width, height: Math.round(width * ratio) }]}>
      <canvas ref={canvas} role="presentation" style={{ width: '100%', height: '100%', display: 'block' }} />
      <div ref={words} className="textLayer" />
    </View>
  );
}

const styles = StyleSheet.create({
  page: { backgroundColor: '#FFFFFF', borderRadius: 4, overflow: 'hidden', boxShadow: '0 1px 3px rgba(16, 28, 26, 0.14), 0 8px 28px rgba(16, 28, 26, 0.1)' },
});
