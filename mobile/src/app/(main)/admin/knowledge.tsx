export { KnowledgeScreen as default } from '@/screens/admin/knowledge-screen';
