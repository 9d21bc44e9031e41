export { PeopleScreen as default } from '@/screens/admin/people-screen';
