import { Empty } from '@/components/ui/notice';

export function NoTerm() {
  return (
    <div className="card">
      <Empty title="There is no term yet">The registrar has not published one. Come back later.</Empty>
    </div>
  );
}
