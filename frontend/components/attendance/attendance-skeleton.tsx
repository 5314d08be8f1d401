export function AttendanceSkeleton() {
  return (
    <div aria-busy="true">
      <div className="skeleton h-4 w-48" />
      <h1 className="text-xl font-semibold">Attendance</h1>
      <div className="skeleton mt-1 h-4 w-64 max-w-full" />
      <div className="mt-5 grid grid-cols-2 gap-2 md:flex">
        {[0, 1, 2, 3].map((at) => (
          <div key={at} className="card h-13 md:w-36" />
        ))}
      </div>
      <div className="card mt-4 h-96" />
    </div>
  );
}
