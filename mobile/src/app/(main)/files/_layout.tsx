export { FilesSection as default } from '@/screens/files/files-section';
