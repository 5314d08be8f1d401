export function CourseSkeleton() {
  return (
    <div aria-busy="true">
      <h1 className="sr-only">Loading the course</h1>
      <div className="skeleton h-4 w-32" />
      <div className="skeleton mt-2 h-7 w-80 max-w-full" />
      <div className="mt-6 grid gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="card h-72" />
        <div className="card h-72" />
      </div>
    </div>
  );
}
