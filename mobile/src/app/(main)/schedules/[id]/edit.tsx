export { EditScheduleScreen as default } from '@/screens/schedules/edit-schedule-screen';
