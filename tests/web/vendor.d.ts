// What the two libraries of the page look like to the type checker.
declare module '*/vendor/htm-preact.js' {
  export function html(strings: TemplateStringsArray, ...values: any[]): any;
  export function render(tree: any, parent: Element): void;
  export function useEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
  export function useLayoutEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
  export function useMemo<T>(make: () => T, inputs?: readonly unknown[]): T;
  export function useRef<T>(initial: T): { current: T };
  export function useState<T>(initial: T): [T, (next: T | ((old: T) => T)) => void];
}

declare module '*/vendor/signals-core.js' {
  export function signal<T>(value: T): { value: T; peek(): T };
  export function computed<T>(compute: () => T): { readonly value: T };
  export function effect(run: () => void): () => void;
}
