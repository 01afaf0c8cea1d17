/** A place-holder of the size of what comes, so that nothing jumps when it does. */
interface BoneProps {
  width?: number | string;
  height?: number;
}

export function Bone({ width = "100%", height = 16 }: BoneProps) {
  return <span className="bone" style={{ width, height }} aria-hidden="true" />;
}

/** So many lines of a table that is on its way. */
export function Bones({ rows, height = 16, gap = 24 }: { rows: number; height?: number; gap?: number }) {
  return (
    <div style={{ display: "grid", gap, paddingBlock: gap / 2 }} aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <Bone key={row} height={height} width={`${String(100 - ((row * 7) % 24))}%`} />
      ))}
    </div>
  );
}
