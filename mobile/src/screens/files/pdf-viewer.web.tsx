import type { PDFDocumentProxy } from 'pdfjs-dist';
import { useEffect, useRef, useState } from 'react';
import { ScrollView, StyleSheet, View } from 'react-native';

import { IconButton } from '@/components/icon-button';
import { Loading } from '@/components/states';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { content, contentPath } from '@/services/api';
import { loadPdfJs } from '@/services/pdfjs.web';
import type { StoredFile } from '@/services/types';
import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { NoPreview } from './no-preview';
import { PdfPage } from './pdf-page.web';

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];
const FIT = 2;
const WIDEST = 920;

/** A PDF in the page: all pages under each other, drawn as they come into sight. */
export function PdfViewer({ file }: { file: StoredFile }) {
  const styles = useStyles();
  const { files } = useTexts();
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null);
  const [ratio, setRatio] = useState(1.414);
  const [failed, setFailed] = useState(false);
  const [zoom, setZoom] = useState(FIT);
  const [room, setRoom] = useState(0);
  const [page, setPage] = useState(1);
  const scroll = useRef<ScrollView>(null);

  useEffect(() => {
    let gone = false;
    let opened: PDFDocumentProxy | null = null;
    const open = async () => {
      const [library, bytes] = await Promise.all([loadPdfJs(), content(contentPath(file.id))]);
      const document = await library.getDocument({ data: await bytes.arrayBuffer(), useWasm: false, enableXfa: false }).promise;
      const { width, height } = (await document.getPage(1)).getViewport({ scale: 1 });
      opened = document;
      if (gone) return void document.loadingTask.destroy();
      setRatio(height / width);
      setPdf(document);
    };
    open().catch(() => !gone && setFailed(true));
    return () => {
      gone = true;
      void opened?.loadingTask.destroy();
    };
  }, [file.id]);

  if (failed) return <NoPreview file={file} title={files.unreadable} lead={files.unreadableLead} />;

  const width = Math.floor(Math.min(room - space.l * 2, WIDEST) * (ZOOMS[zoom] ?? 1));
  const step = width * ratio + space.l;
  return (
    <View style={styles.frame} onLayout={({ nativeEvent }) => setRoom(nativeEvent.layout.width)}>
      {pdf && width > 0 ? (
        <>
          <ScrollView
            ref={scroll}
            role="document"
            aria-label={`${file.name}, ${files.pages(pdf.numPages)}`}
            tabIndex={0}
            scrollEventThrottle={64}
            onScroll={({ nativeEvent: { contentOffset, layoutMeasurement } }) =>
              setPage(Math.min(pdf.numPages, Math.floor((contentOffset.y + layoutMeasurement.height / 3) / step) + 1))
            }
          >
            <ScrollView horizontal contentContainerStyle={styles.sheet}>
              <View style={styles.pages}>
                {Array.from({ length: pdf.numPages }, (_, at) => (
                  <PdfPage key={at} pdf={pdf} number={at + 1} width={width} ratio={ratio} near={Math.abs(at + 1 - page) <= 2} />
                ))}
              </View>
            </ScrollView>
          </ScrollView>
          <View style={styles.place} pointerEvents="box-none">
            <View role="toolbar" style={styles.bar}>
              <IconButton size={36} icon="minus" label={files.zoomOut} disabled={zoom === 0} onPress={() => setZoom(zoom - 1)} />
              <Text size="caption" tabular style={styles.percent}>
                {Math.round((ZOOMS[zoom] ?? 1) * 100)}%
              </Text>
              <IconButton size={36} icon="plus" label={files.zoomIn} disabled={zoom === ZOOMS.length - 1} onPress={() => setZoom(zoom + 1)} />
              <IconButton size={36} icon="maximize" label={files.fit} onPress={() => setZoom(FIT)} />
              <View style={styles.rule} />
              <Text size="caption" tone="soft" tabular style={styles.count}>
                {files.page(page, pdf.numPages)}
              </Text>
            </View>
          </View>
        </>
      ) : (
        <Loading />
      )}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    frame: { flex: 1, minHeight: 0, backgroundColor: c.sunken },
    sheet: { flexGrow: 1, justifyContent: 'center' },
    pages: { gap: space.l, padding: space.l, paddingBottom: 72 },
    place: { position: 'absolute', left: 0, right: 0, bottom: space.l, alignItems: 'center' },
    bar: { flexDirection: 'row', alignItems: 'center', padding: 4, borderRadius: radius.full, backgroundColor: c.raised, borderWidth: 1, borderColor: c.line, boxShadow: c.shadow },
    percent: { minWidth: 40, textAlign: 'center' },
    rule: { width: 1, height: 18, backgroundColor: c.line, marginHorizontal: space.xs },
    count: { paddingHorizontal: space.m },
  }),
);
