export function DashboardSkeleton() {
  return (
    <div aria-busy="true" className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="card h-72" />
      <div className="card h-44" />
    </div>
  );
}
