export type FileKind = 'pdf' | 'image' | 'table' | 'text' | 'slides' | 'other';

export function kindOf(mediaType: string): FileKind {
  if (mediaType === 'application/pdf') return 'pdf';
  if (mediaType.startsWith('image/')) return 'image';
  if (/csv|spreadsheet/.test(mediaType)) return 'table';
  if (/presentation/.test(mediaType)) return 'slides';
  return mediaType.startsWith('text/') || /wordprocessing|rfc822/.test(mediaType) ? 'text' : 'other';
}
