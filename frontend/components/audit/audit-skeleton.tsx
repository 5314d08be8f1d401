const rows = Array.from({ length: 10 }, (_, index) => index);

export function AuditSkeleton() {
  return (
    <div className="card" aria-hidden>
      <div className="h-9 border-b border-line bg-sunken" />
      {rows.map((row) => (
        <div key={row} className="flex h-12 items-center gap-5 border-b border-line px-4 last:border-0">
          <div className="skeleton h-3 w-10" />
          <div className={`skeleton h-3 ${row % 3 ? 'w-1/2' : 'w-2/3'}`} />
        </div>
      ))}
    </div>
  );
}
