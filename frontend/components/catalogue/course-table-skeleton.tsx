const rows = Array.from({ length: 12 }, (_, index) => index);

export function CourseTableSkeleton() {
  return (
    <div className="card overflow-hidden" aria-hidden>
      <div className="h-9 border-b border-line bg-sunken max-lg:hidden" />
      {rows.map((row) => (
        <div
          key={row}
          className="flex h-22 items-center gap-6 border-b border-line px-4 last:border-0 lg:h-12 lg:px-3"
        >
          <div className="skeleton h-3 w-14 max-lg:hidden" />
          <div className="flex-1 space-y-2.5">
            <div className="skeleton h-3 w-3/5" />
            <div className="skeleton h-2.5 w-4/5 lg:hidden" />
          </div>
          <div className="skeleton h-3 w-24 max-lg:hidden" />
          <div className="skeleton h-3 w-32 max-lg:hidden" />
          <div className="skeleton h-3 w-16 max-lg:hidden" />
          <div className="skeleton h-8 w-16" />
        </div>
      ))}
    </div>
  );
}
