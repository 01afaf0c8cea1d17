import { useEffect, useRef, useState } from "react";

/** The width, in pixels, of the element the returned ref is put on; charts are drawn to it, so their text keeps its size. */
export function useWidth<T extends HTMLElement = HTMLDivElement>(initial = 0): [React.RefObject<T | null>, number] {
  const ref = useRef<T>(null);
  const [width, setWidth] = useState(initial);
  useEffect(() => {
    const element = ref.current;
    if (element === null || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.round(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
